import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { makePartitions } from '../../database/partitions.js';

/** The tables of months. */
@Injectable()
export class PartitionsStore {
  constructor(private readonly database: DataSource) {}

  /** See {@link makePartitions}. */
  makeAhead(): Promise<string[]> {
    return makePartitions(this.database);
  }
}
