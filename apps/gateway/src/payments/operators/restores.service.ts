import { Injectable } from '@nestjs/common';
import { ReviewsRepository } from '../store/reviews.repository.js';

/** What a restore leaves to be found out. */
export interface Restored {
  /** Orders whose link somebody may have got since the backup: none is replaced by a second one. */
  readonly ordersInDoubt: number;
  /** Refunds, captures and releases that are asked for now. */
  readonly operations: number;
  /** Payments that are compared with the bank's books now. */
  readonly payments: number;
}

/** What to do once the database is older than the bank's books. */
@Injectable()
export class RestoresService {
  constructor(private readonly reviews: ReviewsRepository) {}

  /** To be done before the first worker starts: what was sent between the backup and now is not on record. */
  mark(): Promise<Restored> {
    return this.reviews.markRestored();
  }
}
