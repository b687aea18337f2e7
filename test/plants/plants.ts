import { ACCESS_PLANTS } from './access.plants.js';
import { ADAPTER_PLANTS } from './adapters.plants.js';
import { MONEY_PLANTS } from './money.plants.js';
import { JOB_PLANTS } from './jobs.plants.js';
import { SESSION_PLANTS } from './session.plants.js';
import { type Plant } from './plant.js';

export const PLANTS: readonly Plant[] = [
  ...MONEY_PLANTS,
  ...ADAPTER_PLANTS,
  ...ACCESS_PLANTS,
  ...SESSION_PLANTS,
  ...JOB_PLANTS,
];
