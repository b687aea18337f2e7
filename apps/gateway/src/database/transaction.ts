import { type EntityManager } from 'typeorm';

/** A running database transaction, handed from service to repositories. No network call may happen inside one. */
export type Transaction = EntityManager;
