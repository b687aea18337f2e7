import { Injectable } from '@nestjs/common';
import { Breakers } from '../../timing/breakers.js';

/** Which accounts have a bank that does not answer this process. An answer of any kind counts. */
@Injectable()
export class BankBreakers extends Breakers {}
