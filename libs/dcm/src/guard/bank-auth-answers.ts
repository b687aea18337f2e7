/** Answer to `GET /user_auth`, about the customer whose login is `obj`. Source: bank guide, "Bank Auth Service". */
export interface UserAuthAnswer {
  /** The bank's own id of the customer, at most 500 characters; may be the login. */
  readonly external_id: string;
  /** Secret of the customer, one for all his accounts; it must exist before the customer is created. */
  readonly key: string;
  readonly first_name?: string;
  readonly last_name?: string;
  readonly email?: string;
  readonly phone?: string;
}

/** Answer to `GET /external_id`, about the customer whose external id is `obj`. */
export interface ExternalIdAnswer {
  readonly external_id: string;
}

/** Answer to `GET /key`, about the same. */
export interface KeyAnswer {
  /** Secret. */
  readonly key: string;
}
