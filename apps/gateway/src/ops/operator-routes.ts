import { Readable } from 'node:stream';
import {
  Controller,
  HttpCode,
  Req,
  RequestMapping,
  RequestMethod,
  StreamableFile,
  type Type,
  UseGuards,
} from '@nestjs/common';
import { type FastifyRequest } from 'fastify';
import { OpsKeyGuard } from '../accounts/ops-key.guard.js';
import { type Asked, type OperatorCommand, type Route } from '../audit/command.js';
import { CommandRunner } from '../audit/command-runner.js';
import { TextDocument } from '../audit/text-document.js';
import { checked } from '../http/validation.js';

const ASKED: Asked = { actor: 'ops-api', tell: () => undefined };

/** The routes of the table: a controller whose handlers are made of its rows. */
export function operatorRoutes(commands: readonly OperatorCommand[]): Type {
  @Controller('ops')
  @UseGuards(OpsKeyGuard)
  class OperatorRoutes {
    constructor(readonly runner: CommandRunner) {}
  }
  for (const command of commands) {
    if ('none' in command.route) continue;
    const { method, path } = command.route;
    const status = statusOf(command.route);
    const value = async function (this: OperatorRoutes, request: FastifyRequest): Promise<unknown> {
      const output = await this.runner.run(command, inputOf(command, request), ASKED);
      if (status === 204) return undefined;
      if (output instanceof TextDocument)
        return new StreamableFile(Buffer.from(output.text), { type: output.mediaType });
      return Array.isArray(output) ? { data: output as unknown[] } : output;
    };
    const descriptor = { value, writable: true, configurable: true };
    Object.defineProperty(OperatorRoutes.prototype, command.id, descriptor);
    Req()(OperatorRoutes.prototype, command.id, 0);
    RequestMapping({ method: RequestMethod[method], path })(OperatorRoutes.prototype, command.id, descriptor);
    HttpCode(status)(OperatorRoutes.prototype, command.id, descriptor);
  }
  return OperatorRoutes;
}

export const statusOf = ({ method, status }: Route): number =>
  status ?? ({ POST: 201, DELETE: 204, PATCH: 200, GET: 200 } as const)[method];

/** What the schema made of body or query, with the members of the path. */
function inputOf({ route, params, input }: OperatorCommand, { params: path, body, query }: FastifyRequest): object {
  const given = 'method' in route ? givenOf(route, input, { query, body }) : {};
  const named = path as Readonly<Record<string, string>>;
  return { ...given, ...Object.fromEntries(params.map((name) => [name, named[name]])) };
}

function givenOf(
  { method, upload }: Route,
  input: OperatorCommand['input'],
  { query, body }: Pick<FastifyRequest, 'query' | 'body'>,
): object {
  if (upload) return checked(input, { ...(query as object), file: fileOf(body) }, 'query');
  return method === 'GET' ? checked(input, query, 'query') : checked(input, body, 'body');
}

/** Not destroyed when somebody stops reading: the connection has an answer to carry. */
const fileOf = (body: unknown): unknown =>
  body instanceof Readable ? body.iterator({ destroyOnReturn: false }) : undefined;
