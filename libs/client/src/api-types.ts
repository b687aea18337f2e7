// Written by "npm run openapi" from openapi.json. Do not edit.
/** Words that a later version of the gateway may add are of this type: treat what you do not know as not final. */
export type Unknown = string & Record<never, never>;
/** `CreatePayment` of the API document. */
export type CreatePayment = {
/** Minor units of `currency`: kopiyky for UAH, cents for USD and EUR. */
readonly amount: number;
/** The bank takes hryvnias at its own rate for it, see `exchange`. */
readonly currency: "UAH" | "USD" | "EUR";
/** Purpose of the payment, shown to the customer. */
readonly description?: string | undefined;
/** Language of the bank's page. */
readonly language?: "uk" | "en" | "es" | "de" | "pl" | "fr" | "tr" | "it" | "nl" | "pt" | undefined;
/** How the customer pays; on the hosted page when absent. */
readonly paymentMethod?: {
readonly type: "hosted_page";
/** What the page takes; all of them when absent. */
readonly instruments?: readonly ("card" | "apple_pay" | "google_pay")[] | undefined;
/** `one` (when absent): a declined card ends the payment. `many`: the customer may try again until the link expires. */
readonly tries?: "one" | "many" | undefined;
/** What the bank shows before the customer comes back to `returnUrl`: `timer` (when absent) its result for a minute, `stay` its result until the customer leaves, `skip` nothing. */
readonly resultPage?: "timer" | "stay" | "skip" | undefined;
} | {
readonly type: "bank_transfer";
/** Opens the application of one bank, by its code at Bank Alliance; a page with all of them when absent. */
readonly bank?: string | undefined;
} | {
readonly type: "card";
/** The card number, encrypted in the customer’s browser. Never kept. */
readonly encryptedNumber: string;
/** Expiry and CVV, encrypted there, too. With it the payment is confirmed at once; otherwise confirm it with `POST /v1/payments/{id}/confirm`. */
readonly encryptedData?: string | undefined;
/** Whether the customer confirms at the issuer: `required`, `if_available` (when absent), or `none`. `offSession` means `none`. */
readonly threeDs?: "required" | "if_available" | "none" | undefined;
/** Has the bank keep the card for the customer once it has paid: see `savedCardId`. */
readonly saveCard?: boolean | undefined;
/** The encrypted data is the expiry alone. The contract with the bank has to allow it. */
readonly withoutCvv?: boolean | undefined;
} | {
readonly type: "saved_card";
/** Id of a card of `customer.id`. */
readonly card: string;
/** The CVV, encrypted in the customer’s browser. Never kept. Without it the contract with the bank has to allow payments without one. */
readonly encryptedCvv?: string | undefined;
/** As of a card. `offSession` means `none`. */
readonly threeDs?: "required" | "if_available" | "none" | undefined;
} | undefined;
/** Shown on the bank’s page. They add up to `amount`: enter delivery as a line. */
readonly lineItems?: readonly ({
readonly name: string;
readonly quantity: number;
/** Of the whole line, minor units of `currency`; discounts already taken off. */
readonly amount: number;
})[] | undefined;
/** `manual`: the money is only held. Capture it with `POST /v1/payments/{id}/capture`, or release it with `/cancel`. */
readonly captureMethod?: "automatic" | "manual" | undefined;
/** With `captureMethod: manual`: after how long the bank lets go of the money. 168 when absent. */
readonly holdHours?: number | undefined;
readonly expiresInMinutes?: number | undefined;
/** Your own notes; no personal data. */
readonly metadata?: Readonly<Record<string, string>> | undefined;
/** Where the customer returns to, whatever the result. Ask the API what the result is. Needed unless `offSession`. */
readonly returnUrl?: string | undefined;
/** Sent to the bank, sealed at rest, never returned. Whatever optional member the bank would not take is written otherwise, cut or left out. */
readonly customer: {
/** Your own id of the customer; the bank's antifraud rules need it. */
readonly id: string;
readonly firstName?: string | undefined;
readonly lastName?: string | undefined;
readonly middleName?: string | undefined;
readonly email?: string | undefined;
readonly phone?: string | undefined;
readonly ip?: string | undefined;
readonly country?: string | undefined;
readonly region?: string | undefined;
readonly city?: string | undefined;
readonly street?: string | undefined;
readonly zipCode?: string | undefined;
};
/** Your order number; you can list by it. */
readonly reference?: string | undefined;
/** Of the customer’s browser: 3-D Secure asks for it. Never kept. */
readonly browser?: {
readonly acceptHeader: string;
readonly userAgent: string;
readonly language: string;
readonly colorDepth: number;
readonly screenHeight: number;
readonly screenWidth: number;
/** Minutes, as `new Date().getTimezoneOffset()` has them. */
readonly timeZoneOffset: number;
} | undefined;
/** The customer is absent: you charge the card by yourself, and nobody can confirm anything. Only with a card. */
readonly offSession?: boolean | undefined;
};
/** `ConfirmPayment` of the API document. */
export type ConfirmPayment = {
/** Expiry and CVV, encrypted in the customer’s browser. Never kept. Needed with `card`. */
readonly encryptedData?: string | undefined;
/** Needed where the customer is present, for 3-D Secure; with `saved_card` it is all that is needed. */
readonly browser?: {
readonly acceptHeader: string;
readonly userAgent: string;
readonly language: string;
readonly colorDepth: number;
readonly screenHeight: number;
readonly screenWidth: number;
/** Minutes, as `new Date().getTimezoneOffset()` has them. */
readonly timeZoneOffset: number;
} | undefined;
};
/** `CapturePayment` of the API document. */
export type CapturePayment = {
/** Kopiyky, from 80 to 120 percent of what is held; all of it when absent. */
readonly amount?: number | undefined;
};
/** `CancelPayment` of the API document. */
export type CancelPayment = {
/** The link cannot be taken back from the customer: when money comes all the same, it is given back at once. Otherwise the payment is told as `payment.succeeded_late`. */
readonly refundLateMoney?: boolean | undefined;
};
/** `CreateRefund` of the API document. */
export type CreateRefund = {
/** Kopiyky, also where the payment was in another currency; all that is left when absent. */
readonly amount?: number | undefined;
/** For your own records. */
readonly reason?: string | undefined;
};
/** `CreateVerification` of the API document. */
export type CreateVerification = {
/** Where the customer returns to, whatever the result. Ask the API what the result is. */
readonly returnUrl: string;
/** Sent to the bank, sealed at rest, never returned. Whatever optional member the bank would not take is written otherwise, cut or left out. */
readonly customer: {
/** Your own id of the customer; the bank's antifraud rules need it. */
readonly id: string;
readonly firstName?: string | undefined;
readonly lastName?: string | undefined;
readonly middleName?: string | undefined;
readonly email?: string | undefined;
readonly phone?: string | undefined;
readonly ip?: string | undefined;
readonly country?: string | undefined;
readonly region?: string | undefined;
readonly city?: string | undefined;
readonly street?: string | undefined;
readonly zipCode?: string | undefined;
};
/** Your own number of it. */
readonly reference?: string | undefined;
/** Purpose of the payment, shown to the customer. */
readonly description?: string | undefined;
/** Language of the bank's page. */
readonly language?: "uk" | "en" | "es" | "de" | "pl" | "fr" | "tr" | "it" | "nl" | "pt" | undefined;
readonly expiresInMinutes?: number | undefined;
/** Your own notes; no personal data. */
readonly metadata?: Readonly<Record<string, string>> | undefined;
};
/** `CreatePaymentLink` of the API document. */
export type CreatePaymentLink = {
/** Minor units of `currency`: kopiyky for UAH, cents for USD and EUR. */
readonly amount: number;
/** The bank takes hryvnias at its own rate for it, see `exchange`. */
readonly currency: "UAH" | "USD" | "EUR";
/** Purpose of the payment, shown to the customer. */
readonly description?: string | undefined;
/** Language of the bank's page. */
readonly language?: "uk" | "en" | "es" | "de" | "pl" | "fr" | "tr" | "it" | "nl" | "pt" | undefined;
/** How the customer pays; on the hosted page when absent. */
readonly paymentMethod?: {
readonly type: "hosted_page";
/** What the page takes; all of them when absent. */
readonly instruments?: readonly ("card" | "apple_pay" | "google_pay")[] | undefined;
/** `one` (when absent): a declined card ends the payment. `many`: the customer may try again until the link expires. */
readonly tries?: "one" | "many" | undefined;
/** What the bank shows before the customer comes back to `returnUrl`: `timer` (when absent) its result for a minute, `stay` its result until the customer leaves, `skip` nothing. */
readonly resultPage?: "timer" | "stay" | "skip" | undefined;
} | {
readonly type: "bank_transfer";
/** Opens the application of one bank, by its code at Bank Alliance; a page with all of them when absent. */
readonly bank?: string | undefined;
} | undefined;
/** Shown on the bank’s page. They add up to `amount`: enter delivery as a line. */
readonly lineItems?: readonly ({
readonly name: string;
readonly quantity: number;
/** Of the whole line, minor units of `currency`; discounts already taken off. */
readonly amount: number;
})[] | undefined;
/** `manual`: the money is only held. Capture it with `POST /v1/payments/{id}/capture`, or release it with `/cancel`. */
readonly captureMethod?: "automatic" | "manual" | undefined;
/** With `captureMethod: manual`: after how long the bank lets go of the money. 168 when absent. */
readonly holdHours?: number | undefined;
readonly expiresInMinutes?: number | undefined;
/** Your own notes; no personal data. */
readonly metadata?: Readonly<Record<string, string>> | undefined;
/** `reusable` (when absent): every click makes a payment of its own. `single`: one payment at a time, and none after one that was paid. */
readonly usage?: "reusable" | "single" | undefined;
/** Where the customer returns to; without it, a page of the gateway that shows the result. */
readonly returnUrl?: string | undefined;
/** Your own number of it, and of every payment by it. */
readonly reference?: string | undefined;
/** From then on it makes no payment; one that was begun before has its own `expiresInMinutes`. */
readonly expiresAt?: string | undefined;
};
/** `ChangePaymentLink` of the API document. */
export type ChangePaymentLink = {
/** `false`: it makes no payment any more. The page of one that was begun stays open. */
readonly active?: boolean | undefined;
/** Null: it has no end. */
readonly expiresAt?: string | null | undefined;
/** All of your notes anew. */
readonly metadata?: Readonly<Record<string, string>> | undefined;
};
/** `CreatePayout` of the API document. */
export type CreatePayout = {
/** Kopiyky. */
readonly amount: number;
readonly currency: "UAH";
/** The card that gets the money, encrypted for the bank. */
readonly destination: {
readonly type: "card";
/** Compact JWE to the payment key of the bank. Never kept. */
readonly encryptedNumber: string;
};
/** Who gets the money. Sent to the bank, sealed at rest, never returned. */
readonly recipient: {
/** Your own id of the customer; the bank's antifraud rules need it. */
readonly id: string;
readonly firstName?: string | undefined;
readonly lastName?: string | undefined;
readonly middleName?: string | undefined;
readonly email?: string | undefined;
readonly phone?: string | undefined;
readonly ip?: string | undefined;
readonly country?: string | undefined;
readonly region?: string | undefined;
readonly city?: string | undefined;
readonly street?: string | undefined;
readonly zipCode?: string | undefined;
readonly taxId?: string | undefined;
/** Series and number, where there is no tax id. */
readonly passport?: string | undefined;
};
/** Your own number of it; you can list by it. */
readonly reference?: string | undefined;
/** Purpose of the payout. */
readonly description?: string | undefined;
/** Your own notes; no personal data. */
readonly metadata?: Readonly<Record<string, string>> | undefined;
};
/** `KeepCard` of the API document. */
export type KeepCard = {
/** The card number, encrypted in the customer’s browser. Never kept. */
readonly encryptedNumber: string;
/** Year and month as `YYMM`, encrypted there, too. Never kept. */
readonly encryptedExpiry: string;
};
/** `ChangeCard` of the API document. */
export type ChangeCard = {
/** `suspended`: nobody can pay with it until it is `active` again. */
readonly status: "active" | "suspended";
};
/** `CreatePlan` of the API document. */
export type CreatePlan = {
readonly name: string;
readonly description?: string | undefined;
/** Of the card networks; `C103` when absent. Ask the bank which your contract needs. */
readonly category?: "C103" | "M103" | undefined;
readonly currency: "UAH";
/** From charge 1, which the customer makes, without a gap. */
readonly rules: readonly ({
readonly fromNumber: number;
readonly toNumber: number;
/** Minor units of `currency`: kopiyky for UAH, cents for USD and EUR. */
readonly amount: number;
/** So many units before each of them. */
readonly intervalCount: number;
readonly intervalUnit: "day" | "week" | "month";
})[];
/** Without it, at once. */
readonly appliesFrom?: string | undefined;
/** Nothing is charged after it. Without it the bank plans a year ahead. */
readonly appliesTo?: string | undefined;
/** Your own notes; no personal data. */
readonly metadata?: Readonly<Record<string, string>> | undefined;
};
/** `AddPlanVersion` of the API document. */
export type AddPlanVersion = {
/** From charge 1, which the customer makes, without a gap. */
readonly rules: readonly ({
readonly fromNumber: number;
readonly toNumber: number;
/** Minor units of `currency`: kopiyky for UAH, cents for USD and EUR. */
readonly amount: number;
/** So many units before each of them. */
readonly intervalCount: number;
readonly intervalUnit: "day" | "week" | "month";
})[];
/** Without it, at once. */
readonly appliesFrom?: string | undefined;
/** Nothing is charged after it. Without it the bank plans a year ahead. */
readonly appliesTo?: string | undefined;
};
/** `ChangePlan` of the API document. */
export type ChangePlan = Readonly<Record<string, unknown>>;
/** `CreateSubscription` of the API document. */
export type CreateSubscription = {
/** A plan that is `active`. */
readonly planId: string;
/** Sent to the bank, sealed at rest, never returned. Whatever optional member the bank would not take is written otherwise, cut or left out. */
readonly customer: {
/** Your own id of the customer; the bank's antifraud rules need it. */
readonly id: string;
readonly firstName?: string | undefined;
readonly lastName?: string | undefined;
readonly middleName?: string | undefined;
readonly email?: string | undefined;
readonly phone?: string | undefined;
readonly ip?: string | undefined;
readonly country?: string | undefined;
readonly region?: string | undefined;
readonly city?: string | undefined;
readonly street?: string | undefined;
readonly zipCode?: string | undefined;
};
/** Of the first charge, which the customer confirms. `hosted_page`: on the page of the bank. `card`: in your own page, with `/confirm`. */
readonly paymentMethod: {
readonly type: "hosted_page" | "card";
};
/** Where the customer returns to, whatever the result. Ask the API what the result is. */
readonly returnUrl: string;
/** Your own number of it, and of every payment by it. */
readonly reference?: string | undefined;
readonly description?: string | undefined;
/** Your own notes; no personal data. */
readonly metadata?: Readonly<Record<string, string>> | undefined;
};
/** `ConfirmSubscription` of the API document. */
export type ConfirmSubscription = {
/** Compact JWE to the payment key of the bank. Never kept. */
readonly encryptedNumber: string;
/** Expiry and CVV, encrypted in the customer’s browser. Never kept. */
readonly encryptedData: string;
/** Of the customer’s browser: 3-D Secure asks for it. Never kept. */
readonly browser: {
readonly acceptHeader: string;
readonly userAgent: string;
readonly language: string;
readonly colorDepth: number;
readonly screenHeight: number;
readonly screenWidth: number;
/** Minutes, as `new Date().getTimezoneOffset()` has them. */
readonly timeZoneOffset: number;
};
/** `required` when absent: the customer agrees to what is charged later. */
readonly threeDs?: "required" | "if_available" | "none" | undefined;
};
/** `ChangeSubscription` of the API document. */
export type ChangeSubscription = Readonly<Record<string, unknown>>;
/** `CreateWebhookEndpoint` of the API document. */
export type CreateWebhookEndpoint = {
/** Where events are posted to; https, and http on a test account. Private and special addresses are refused, whatever the name says. */
readonly url: string;
/** Types that it gets; all of them, also those of later versions, when empty. */
readonly eventTypes?: readonly ("payment.requires_confirmation" | "payment.requires_action" | "payment.processing" | "payment.authorized" | "payment.authorized_late" | "payment.succeeded" | "payment.succeeded_late" | "payment.failed" | "payment.canceled" | "payment.expired" | "payment.needs_review" | "payment.flagged" | "payment.flag_settled" | "verification.requires_confirmation" | "verification.requires_action" | "verification.processing" | "verification.succeeded" | "verification.succeeded_late" | "verification.failed" | "verification.canceled" | "verification.expired" | "verification.needs_review" | "verification.flagged" | "verification.flag_settled" | "payout.processing" | "payout.succeeded" | "payout.succeeded_late" | "payout.failed" | "payout.needs_review" | "payout.flagged" | "payout.flag_settled" | "refund.created" | "refund.updated" | "refund.succeeded_late" | "capture.created" | "capture.updated" | "capture.succeeded_late" | "void.created" | "void.updated" | "void.succeeded_late" | "card.saved" | "card.suspended" | "card.resumed" | "card.expired" | "card.deleted" | "payment_link.created" | "payment_link.updated" | "plan.created" | "plan.failed" | "plan.version_added" | "plan.paused" | "plan.resumed" | "plan.archived" | "subscription.requires_action" | "subscription.requires_confirmation" | "subscription.processing" | "subscription.active" | "subscription.completed" | "subscription.canceled" | "subscription.failed" | "subscription.schedule_differs" | "webhook_endpoint.test")[] | undefined;
readonly description?: string | null | undefined;
};
/** `ChangeWebhookEndpoint` of the API document. */
export type ChangeWebhookEndpoint = {
/** Where events are posted to; https, and http on a test account. Private and special addresses are refused, whatever the name says. */
readonly url?: string | undefined;
/** Types that it gets; all of them, also those of later versions, when empty. */
readonly eventTypes?: readonly ("payment.requires_confirmation" | "payment.requires_action" | "payment.processing" | "payment.authorized" | "payment.authorized_late" | "payment.succeeded" | "payment.succeeded_late" | "payment.failed" | "payment.canceled" | "payment.expired" | "payment.needs_review" | "payment.flagged" | "payment.flag_settled" | "verification.requires_confirmation" | "verification.requires_action" | "verification.processing" | "verification.succeeded" | "verification.succeeded_late" | "verification.failed" | "verification.canceled" | "verification.expired" | "verification.needs_review" | "verification.flagged" | "verification.flag_settled" | "payout.processing" | "payout.succeeded" | "payout.succeeded_late" | "payout.failed" | "payout.needs_review" | "payout.flagged" | "payout.flag_settled" | "refund.created" | "refund.updated" | "refund.succeeded_late" | "capture.created" | "capture.updated" | "capture.succeeded_late" | "void.created" | "void.updated" | "void.succeeded_late" | "card.saved" | "card.suspended" | "card.resumed" | "card.expired" | "card.deleted" | "payment_link.created" | "payment_link.updated" | "plan.created" | "plan.failed" | "plan.version_added" | "plan.paused" | "plan.resumed" | "plan.archived" | "subscription.requires_action" | "subscription.requires_confirmation" | "subscription.processing" | "subscription.active" | "subscription.completed" | "subscription.canceled" | "subscription.failed" | "subscription.schedule_differs" | "webhook_endpoint.test")[] | undefined;
readonly description?: string | null | undefined;
/** False: nothing is sent, and events of that time are not put down for it; recover them. */
readonly enabled?: boolean | undefined;
};
/** `RotateWebhookSecret` of the API document. */
export type RotateWebhookSecret = {
/** For how long each delivery carries a signature of the secret before, too. */
readonly overlapHours?: number | undefined;
};
/** `RecoverEvents` of the API document. */
export type RecoverEvents = {
/** Events created from then on. */
readonly since: string;
/** Only count. */
readonly dryRun?: boolean | undefined;
};
/** `Payment` of the API document. */
export type Payment = {
readonly object: "payment";
readonly id: string;
readonly status: "created" | "requires_confirmation" | "requires_action" | "processing" | "authorized" | "needs_review" | "failed" | "expired" | "canceled" | "succeeded" | Unknown;
/** Minor units of `currency`. */
readonly amount: number;
readonly currency: string;
/** As it was asked for; nothing that is secret. */
readonly paymentMethod: {
readonly type: "hosted_page" | "card" | "saved_card" | "bank_transfer" | Unknown;
readonly instruments?: readonly ("card" | "apple_pay" | "google_pay" | Unknown)[] | undefined;
readonly tries?: "one" | "many" | Unknown | undefined;
readonly resultPage?: "timer" | "stay" | "skip" | Unknown | undefined;
readonly bank?: string | undefined;
readonly threeDs?: "required" | "if_available" | "none" | Unknown | undefined;
readonly withoutCvv?: boolean | undefined;
readonly saveCard?: boolean | undefined;
};
/** True: the merchant began it, the customer was absent. False: the customer did. */
readonly offSession: boolean;
/** `redirect`: send the customer to `url`, the page of the bank or of 3-D Secure. `confirm`: send the card data to `/v1/payments/{id}/confirm`. Null: nothing to do. */
readonly nextAction: {
readonly type: "redirect" | "confirm" | Unknown;
readonly url?: string | undefined;
} | null;
readonly captureMethod: "automatic" | "manual" | Unknown;
/** Of the three amounts below, of captures and of refunds: the bank moves hryvnias, whatever `currency` is. */
readonly settlementCurrency: string;
/** Minor units of `settlementCurrency`, like the next two. */
readonly amountAuthorized: number;
readonly amountCaptured: number;
readonly amountRefunded: number;
/** What the bank took for a payment that is not in hryvnias, and hryvnias for one unit of `currency`. */
readonly exchange: {
readonly amount: number;
readonly currency: string;
readonly rate: string | null;
} | null;
readonly lineItems: readonly ({
readonly name: string;
readonly quantity: number;
/** Of the whole line, minor units of `currency`; discounts already taken off. */
readonly amount: number;
})[] | null;
/** What the bank told of the operation that paid; members may come later. Null: nothing paid. */
readonly receipt: {
readonly cardMask: string | null;
/** Of the card. */
readonly scheme: string | null;
readonly instrument: "card" | "apple_pay" | "google_pay" | "account" | "saved_card" | Unknown | null;
/** Retrieval reference number. */
readonly rrn: string | null;
readonly approvalCode: string | null;
readonly terminal: string | null;
readonly bankOperationId: string | null;
/** The receipt of the bank, for the customer. */
readonly url: string | null;
readonly paidAt: string | null;
/** Kopiyky that the bank keeps, where it tells. */
readonly fee: number | null;
} | null;
/** The payment link that it was made by. */
readonly paymentLinkId: string | null;
/** The card that the bank keeps for the customer: it paid, or was saved by this payment. */
readonly savedCardId: string | null;
/** The subscription that it is a charge of. */
readonly subscriptionId: string | null;
/** False on test terminals: no real money moves. */
readonly livemode: boolean;
readonly reference: string | null;
readonly description: string | null;
/** Whether the customer can still be sent to the bank. False from `expiresAt` on: if the customer wants to try again, create a new one at once. `status` changes when the bank says how this one ended. */
readonly acceptsPayment: boolean;
/** The bank's payment page, or that of 3-D Secure, until `expiresAt`. */
readonly redirectUrl: string | null;
/** What the QR code of a `bank_transfer` holds, while it can be paid; as an image at `/v1/payments/{id}/qr`. */
readonly qrLink: string | null;
/** Null where the customer was absent. */
readonly returnUrl: string | null;
/** Why the money did not move. */
readonly failure: {
/** Stable; what to do about each is at /docs/problems#failures. */
readonly code: "expired_card" | "suspected_fraud" | "invalid_card_number" | "invalid_card" | "invalid_cvv" | "insufficient_funds" | "limit_exceeded" | "not_permitted" | "lost_card" | "stolen_card" | "authentication_failed" | "card_declined" | "bank_error" | "canceled_by_customer" | "expired" | "order_not_opened" | "not_reached" | "not_sendable" | "three_ds_unavailable" | "refused_by_bank" | "closed_by_operator" | "refund_declined" | "needs_review" | Unknown;
readonly message: string;
} | null;
/** Of a payment with `captureMethod: manual`. */
readonly hold: {
/** When the bank lets go of the money by itself. */
readonly expiresAt: string | null;
/** The latest capture or release of it. While it is not final, no other can be begun. */
readonly action: {
readonly kind: "capture" | "cancel" | Unknown;
readonly amount: number;
readonly status: "pending" | "succeeded" | "failed" | "unknown" | "needs_review" | Unknown;
/** Why the money did not move. */
readonly failure: {
/** Stable; what to do about each is at /docs/problems#failures. */
readonly code: "expired_card" | "suspected_fraud" | "invalid_card_number" | "invalid_card" | "invalid_cvv" | "insufficient_funds" | "limit_exceeded" | "not_permitted" | "lost_card" | "stolen_card" | "authentication_failed" | "card_declined" | "bank_error" | "canceled_by_customer" | "expired" | "order_not_opened" | "not_reached" | "not_sendable" | "three_ds_unavailable" | "refused_by_bank" | "closed_by_operator" | "refund_declined" | "needs_review" | Unknown;
readonly message: string;
} | null;
} | null;
} | null;
/** What a person must look at although the status stays, such as a second charge at the bank. */
readonly flags: readonly ("second_charge" | "refund_unclear" | "refund_excess" | "late_refund" | "contradicted" | "late_money" | Unknown)[];
readonly metadata: Readonly<Record<string, string>>;
readonly expiresAt: string | null;
readonly createdAt: string;
/** When something that is shown here last changed. */
readonly updatedAt: string;
};
/** `Verification` of the API document. */
export type Verification = {
readonly object: "verification";
readonly id: string;
/** `succeeded`: the card is good. Nothing is taken or held. */
readonly status: "created" | "requires_confirmation" | "requires_action" | "processing" | "authorized" | "needs_review" | "failed" | "expired" | "canceled" | "succeeded" | Unknown;
readonly livemode: boolean;
readonly reference: string | null;
readonly description: string | null;
/** Whether the customer can still be sent to the bank. False from `expiresAt` on: if the customer wants to try again, create a new one at once. `status` changes when the bank says how this one ended. */
readonly acceptsPayment: boolean;
/** The bank's page, until `expiresAt`. */
readonly redirectUrl: string | null;
readonly returnUrl: string;
/** Why the money did not move. */
readonly failure: {
/** Stable; what to do about each is at /docs/problems#failures. */
readonly code: "expired_card" | "suspected_fraud" | "invalid_card_number" | "invalid_card" | "invalid_cvv" | "insufficient_funds" | "limit_exceeded" | "not_permitted" | "lost_card" | "stolen_card" | "authentication_failed" | "card_declined" | "bank_error" | "canceled_by_customer" | "expired" | "order_not_opened" | "not_reached" | "not_sendable" | "three_ds_unavailable" | "refused_by_bank" | "closed_by_operator" | "refund_declined" | "needs_review" | Unknown;
readonly message: string;
} | null;
/** What the bank told of the operation that paid; members may come later. Null: nothing paid. */
readonly receipt: {
readonly cardMask: string | null;
/** Of the card. */
readonly scheme: string | null;
readonly instrument: "card" | "apple_pay" | "google_pay" | "account" | "saved_card" | Unknown | null;
/** Retrieval reference number. */
readonly rrn: string | null;
readonly approvalCode: string | null;
readonly terminal: string | null;
readonly bankOperationId: string | null;
/** The receipt of the bank, for the customer. */
readonly url: string | null;
readonly paidAt: string | null;
/** Kopiyky that the bank keeps, where it tells. */
readonly fee: number | null;
} | null;
/** The card that the bank keeps for the customer now. */
readonly savedCardId: string | null;
readonly flags: readonly ("second_charge" | "refund_unclear" | "refund_excess" | "late_refund" | "contradicted" | "late_money" | Unknown)[];
readonly metadata: Readonly<Record<string, string>>;
readonly expiresAt: string | null;
readonly createdAt: string;
/** When something that is shown here last changed. */
readonly updatedAt: string;
};
/** `Refund` of the API document. */
export type Refund = {
readonly object: "refund";
readonly id: string;
readonly paymentId: string;
readonly amount: number;
readonly currency: string;
/** `unknown`: the bank did not answer; it is being asked. Do not refund again. */
readonly status: "pending" | "succeeded" | "failed" | "unknown" | "needs_review" | Unknown;
readonly reason: string | null;
/** Why the money did not move. */
readonly failure: {
/** Stable; what to do about each is at /docs/problems#failures. */
readonly code: "expired_card" | "suspected_fraud" | "invalid_card_number" | "invalid_card" | "invalid_cvv" | "insufficient_funds" | "limit_exceeded" | "not_permitted" | "lost_card" | "stolen_card" | "authentication_failed" | "card_declined" | "bank_error" | "canceled_by_customer" | "expired" | "order_not_opened" | "not_reached" | "not_sendable" | "three_ds_unavailable" | "refused_by_bank" | "closed_by_operator" | "refund_declined" | "needs_review" | Unknown;
readonly message: string;
} | null;
readonly createdAt: string;
/** When something that is shown here last changed. */
readonly updatedAt: string;
};
/** `PaymentPage` of the API document. */
export type PaymentPage = {
readonly data: readonly (Payment)[];
/** Pass it as `cursor` for the next page; null on the last. */
readonly nextCursor: string | null;
};
/** `RefundList` of the API document. */
export type RefundList = {
readonly data: readonly (Refund)[];
};
/** `RefundPage` of the API document. */
export type RefundPage = {
readonly data: readonly (Refund)[];
/** Pass it as `cursor` for the next page; null on the last. */
readonly nextCursor: string | null;
};
/** What a browser encrypts card data with. It holds nothing secret. */
export type PaymentKey = {
readonly object: "payment_key";
readonly merchantAccountId: string;
/** Public key of the bank. `enc` of the JWE is `A256GCM`. */
readonly jwk: {
readonly kty: "EC";
readonly crv: "P-384";
readonly x: string;
readonly y: string;
readonly use: "enc";
readonly alg: "ECDH-ES+A256KW";
/** Thumbprint of the key (RFC 7638, SHA-256): another key has another. The header of the JWE goes without it. */
readonly kid: string;
};
readonly livemode: boolean;
};
/** What a page of the shop needs to take cards. Nothing of it is secret. */
export type HostedFields = {
readonly object: "hosted_fields";
readonly merchantAccountId: string;
/** Pages of these origins may show the fields, and no others. */
readonly shopOrigins: readonly (string)[];
/** What `mount` is given. */
readonly frameUrl: string;
/** Addresses change with each version of the gateway, what is behind one never does. Read this when you render the page. */
readonly scripts: {
/** Shows the fields in your page. */
readonly cardFields: {
readonly url: string;
readonly integrity: string;
};
/** Encrypts cards that your own page takes, as an ES module. */
readonly cardEncryption: {
readonly url: string;
readonly integrity: string;
};
};
readonly livemode: boolean;
};
/** `PaymentLink` of the API document. */
export type PaymentLink = {
readonly object: "payment_link";
readonly id: string;
/** Hand it out. As a QR code at `/v1/payment-links/{id}/qr`. */
readonly url: string;
/** `used`: a `single` link that was paid. */
readonly status: "active" | "inactive" | "expired" | "used" | Unknown;
readonly active: boolean;
readonly usage: "reusable" | "single" | Unknown;
/** Minor units of `currency`. */
readonly amount: number;
readonly currency: string;
readonly captureMethod: "automatic" | "manual" | Unknown;
readonly holdHours: number | null;
/** As it was asked for; nothing that is secret. */
readonly paymentMethod: {
readonly type: "hosted_page" | "card" | "saved_card" | "bank_transfer" | Unknown;
readonly instruments?: readonly ("card" | "apple_pay" | "google_pay" | Unknown)[] | undefined;
readonly tries?: "one" | "many" | Unknown | undefined;
readonly resultPage?: "timer" | "stay" | "skip" | Unknown | undefined;
readonly bank?: string | undefined;
readonly threeDs?: "required" | "if_available" | "none" | Unknown | undefined;
readonly withoutCvv?: boolean | undefined;
readonly saveCard?: boolean | undefined;
};
readonly lineItems: readonly ({
readonly name: string;
readonly quantity: number;
/** Of the whole line, minor units of `currency`; discounts already taken off. */
readonly amount: number;
})[] | null;
/** False on test terminals: no real money moves. */
readonly livemode: boolean;
readonly reference: string | null;
readonly description: string | null;
readonly returnUrl: string | null;
readonly language: string;
readonly metadata: Readonly<Record<string, string>>;
/** Of each payment by it. */
readonly expiresInMinutes: number;
readonly expiresAt: string | null;
readonly createdAt: string;
readonly updatedAt: string;
};
/** `PaymentLinkPage` of the API document. */
export type PaymentLinkPage = {
readonly data: readonly (PaymentLink)[];
/** Pass it as `cursor` for the next page; null on the last. */
readonly nextCursor: string | null;
};
/** `Payout` of the API document. */
export type Payout = {
readonly object: "payout";
readonly id: string;
/** `created`: nobody knows yet whether the bank has it; do not send it again. `processing`: the bank is at work. `succeeded`: proven by a query. */
readonly status: "created" | "requires_confirmation" | "requires_action" | "processing" | "authorized" | "needs_review" | "failed" | "expired" | "canceled" | "succeeded" | Unknown;
readonly amount: number;
readonly currency: string;
/** False on test terminals: no real money moves. */
readonly livemode: boolean;
readonly reference: string | null;
readonly description: string | null;
/** Why the money did not move. */
readonly failure: {
/** Stable; what to do about each is at /docs/problems#failures. */
readonly code: "expired_card" | "suspected_fraud" | "invalid_card_number" | "invalid_card" | "invalid_cvv" | "insufficient_funds" | "limit_exceeded" | "not_permitted" | "lost_card" | "stolen_card" | "authentication_failed" | "card_declined" | "bank_error" | "canceled_by_customer" | "expired" | "order_not_opened" | "not_reached" | "not_sendable" | "three_ds_unavailable" | "refused_by_bank" | "closed_by_operator" | "refund_declined" | "needs_review" | Unknown;
readonly message: string;
} | null;
/** What the bank told of the operation that paid; members may come later. Null: nothing paid. */
readonly receipt: {
readonly cardMask: string | null;
/** Of the card. */
readonly scheme: string | null;
readonly instrument: "card" | "apple_pay" | "google_pay" | "account" | "saved_card" | Unknown | null;
/** Retrieval reference number. */
readonly rrn: string | null;
readonly approvalCode: string | null;
readonly terminal: string | null;
readonly bankOperationId: string | null;
/** The receipt of the bank, for the customer. */
readonly url: string | null;
readonly paidAt: string | null;
/** Kopiyky that the bank keeps, where it tells. */
readonly fee: number | null;
} | null;
readonly flags: readonly ("second_charge" | "refund_unclear" | "refund_excess" | "late_refund" | "contradicted" | "late_money" | Unknown)[];
readonly metadata: Readonly<Record<string, string>>;
readonly createdAt: string;
readonly updatedAt: string;
};
/** `PayoutPage` of the API document. */
export type PayoutPage = {
readonly data: readonly (Payout)[];
readonly nextCursor: string | null;
};
/** `Balance` of the API document. */
export type Balance = {
readonly object: "balance";
/** Kopiyky on the account. */
readonly available: number;
/** Kopiyky that the bank lends on top. */
readonly overdraft: number;
/** Both together. */
readonly total: number;
readonly currency: string;
/** False on test terminals: no real money moves. */
readonly livemode: boolean;
};
/** `Card` of the API document. */
export type Card = {
readonly object: "card";
readonly id: string;
/** Your own id of the customer. */
readonly customerId: string;
/** `expired`: the bank says that the card is over or was replaced. Only an `active` card can pay. */
readonly status: "active" | "suspended" | "expired" | "deleted" | Unknown;
readonly cardMask: string | null;
readonly scheme: string | null;
/** What it was saved by: `payment`, `verification`, or `api` for a request of yours. */
readonly origin: {
readonly type: string;
readonly id: string | null;
};
readonly livemode: boolean;
readonly createdAt: string;
readonly updatedAt: string;
};
/** `CardPage` of the API document. */
export type CardPage = {
readonly data: readonly (Card)[];
/** Pass it as `cursor` for the next page; null on the last. */
readonly nextCursor: string | null;
};
/** `Plan` of the API document. */
export type Plan = {
readonly object: "plan";
readonly id: string;
/** `created`: the bank has not confirmed it yet. `paused`: charges that fall due are skipped, and not made up. */
readonly status: "created" | "active" | "paused" | "failed" | "archived" | Unknown;
readonly name: string;
readonly description: string | null;
readonly category: "C103" | "M103" | Unknown;
readonly currency: string;
/** As the bank has confirmed them, oldest first; one applies at a time. */
readonly versions: readonly ({
readonly number: number;
readonly rules: readonly ({
readonly fromNumber: number;
readonly toNumber: number;
readonly amount: number;
readonly intervalCount: number;
readonly intervalUnit: "day" | "week" | "month" | Unknown;
})[];
readonly appliesFrom: string | null;
readonly appliesTo: string | null;
})[];
/** What was last asked of the bank. `pending`: nobody knows yet; it is being found out. */
readonly change: {
readonly type: string;
readonly status: "pending" | "succeeded" | "failed" | Unknown;
/** The bank’s code, or `not_reached`, `not_sendable`. */
readonly failureCode: string | null;
} | null;
readonly livemode: boolean;
readonly metadata: Readonly<Record<string, string>>;
readonly createdAt: string;
readonly updatedAt: string;
};
/** `PlanPage` of the API document. */
export type PlanPage = {
readonly data: readonly (Plan)[];
/** Pass it as `cursor` for the next page; null on the last. */
readonly nextCursor: string | null;
};
/** `Subscription` of the API document. */
export type Subscription = {
readonly object: "subscription";
readonly id: string;
/** `active`: the first charge was made. `completed`: so was the last. A paused plan pauses its subscriptions: see the plan. */
readonly status: "created" | "requires_confirmation" | "requires_action" | "processing" | "active" | "failed" | "completed" | "canceled" | Unknown;
readonly planId: string;
readonly paymentMethod: {
readonly type: "hosted_page" | "card" | Unknown;
};
/** `redirect`: send the customer to `url`. `confirm`: send the card to `/v1/subscriptions/{id}/confirm`. Null: nothing to do. */
readonly nextAction: {
readonly type: "redirect" | "confirm" | Unknown;
readonly url?: string | undefined;
} | null;
/** The page of the bank, or of 3-D Secure, while it is needed. */
readonly redirectUrl: string | null;
/** Why the last try to begin came to nothing; the bank’s code or ours. */
readonly failureCode: string | null;
/** What was last asked of the bank. `pending`: nobody knows yet; it is being found out. */
readonly change: {
readonly type: string;
readonly status: "pending" | "succeeded" | "failed" | Unknown;
/** The bank’s code, or `not_reached`, `not_sendable`. */
readonly failureCode: string | null;
} | null;
readonly livemode: boolean;
readonly reference: string | null;
readonly description: string | null;
readonly returnUrl: string | null;
readonly metadata: Readonly<Record<string, string>>;
readonly createdAt: string;
readonly updatedAt: string;
};
/** `SubscriptionPage` of the API document. */
export type SubscriptionPage = {
readonly data: readonly (Subscription)[];
/** Pass it as `cursor` for the next page; null on the last. */
readonly nextCursor: string | null;
};
/** `ScheduledPayment` of the API document. */
export type ScheduledPayment = {
readonly object: "scheduled_payment";
/** The bank’s. */
readonly id: string;
/** From 1, the charge that the customer made. */
readonly number: number | null;
/** `skipped` (it fell due while the plan was paused) and `failed` (given up after the last retry) can be charged with `/charge`. */
readonly status: "planned" | "paused" | "skipped" | "charging" | "charged" | "retrying" | "failed" | "invalidated" | Unknown;
/** The same in the bank’s word. */
readonly bankStatus: string;
readonly amount: number;
readonly currency: string;
readonly executionAt: string | null;
readonly retryAt: string | null;
readonly retries: number;
/** The payment that it became when the bank first tried to charge it. */
readonly paymentId: string | null;
/** Whether the bank has shown the operation that took the money. Until then the payment is `processing`, and cannot be refunded, whatever this status says. */
readonly proven: boolean;
};
/** `ScheduledPaymentList` of the API document. */
export type ScheduledPaymentList = {
readonly data: readonly (ScheduledPayment)[];
};
/** `Event` of the API document. */
export type Event = {
readonly object: "event";
/** The same in the feed and at every delivery. */
readonly id: string;
/** - `payment.requires_confirmation`: The card data of the second step is awaited.
 * - `payment.requires_action`: The customer has a page of the bank to pay on.
 * - `payment.processing`: The customer is paying.
 * - `payment.authorized`: The money is held.
 * - `payment.authorized_late`: The money is held although the payment had ended before.
 * - `payment.succeeded`: The money is taken.
 * - `payment.succeeded_late`: The money came although the payment had ended before: deliver, or refund it.
 * - `payment.failed`: The payment failed; `failure` of the payment says why.
 * - `payment.canceled`: The payment was canceled, or what it held was released.
 * - `payment.expired`: Nobody paid in time, or the hold ran out.
 * - `payment.needs_review`: The outcome is not known and a person must look; it is still being asked for.
 * - `payment.flagged`: A person must look at something although the status stays; see `flags` of the payment.
 * - `payment.flag_settled`: A person looked at a flag of the payment and settled it.
 * - `verification.requires_confirmation`: The card data of the second step is awaited.
 * - `verification.requires_action`: The customer has a page of the bank to enter the card on.
 * - `verification.processing`: The bank is at work.
 * - `verification.succeeded`: The card is good.
 * - `verification.succeeded_late`: The card is good although the verification had ended before.
 * - `verification.failed`: The card could not be verified; `failure` of the verification says why.
 * - `verification.canceled`: The verification was given up.
 * - `verification.expired`: Nobody entered a card in time.
 * - `verification.needs_review`: The outcome is not known and a person must look; it is still being asked for.
 * - `verification.flagged`: A person must look at something although the status stays; see `flags` of the verification.
 * - `verification.flag_settled`: A person looked at a flag of the verification and settled it.
 * - `payout.processing`: The bank has the payout and is at work.
 * - `payout.succeeded`: The money is sent.
 * - `payout.succeeded_late`: The money is sent although the payout had been given up: do not send it again.
 * - `payout.failed`: Nothing was sent; `failure` of the payout says why.
 * - `payout.needs_review`: The outcome is not known and a person must look; it is still being asked for. Do not send it again.
 * - `payout.flagged`: A person must look at something although the status stays; see `flags` of the payout.
 * - `payout.flag_settled`: A person looked at a flag of the payout and settled it.
 * - `refund.created`: A refund was sent to the bank.
 * - `refund.updated`: The status of a refund changed.
 * - `refund.succeeded_late`: A refund that had been given up is done.
 * - `capture.created`: A capture was sent to the bank.
 * - `capture.updated`: The status of a capture changed.
 * - `capture.succeeded_late`: A capture that had been given up is done.
 * - `void.created`: The release of a hold was sent to the bank.
 * - `void.updated`: The status of a release changed.
 * - `void.succeeded_late`: A release that had been given up is done.
 * - `card.saved`: The bank keeps a card of a customer.
 * - `card.suspended`: Nobody can pay with the card until it is resumed.
 * - `card.resumed`: The card can pay again.
 * - `card.expired`: The bank says that the card is over or was replaced.
 * - `card.deleted`: The bank has forgotten the card.
 * - `payment_link.created`: A payment link was made.
 * - `payment_link.updated`: A payment link was switched on or off, or given another end or other notes.
 * - `plan.created`: The bank has the plan: customers can subscribe.
 * - `plan.failed`: The bank did not take the plan; its `change` says why.
 * - `plan.version_added`: The plan has another set of rules.
 * - `plan.paused`: Charges that fall due are skipped.
 * - `plan.resumed`: The plan is charged again.
 * - `plan.archived`: The plan is over, and so are its subscriptions.
 * - `subscription.requires_action`: The customer has a page to make or confirm the first charge on.
 * - `subscription.requires_confirmation`: The card of the first charge is awaited, for the first time or once more.
 * - `subscription.processing`: The first charge is under way.
 * - `subscription.active`: The first charge was made; the bank makes all others.
 * - `subscription.completed`: The last charge of the plan was made.
 * - `subscription.canceled`: Nothing is charged any more.
 * - `subscription.failed`: The bank did not take the subscription; `failureCode` says why.
 * - `subscription.schedule_differs`: The schedule of the bank is not as the plan has it; the operators look at it.
 * - `webhook_endpoint.test`: Somebody asked for a test; only that endpoint gets it. */
readonly type: "payment.requires_confirmation" | "payment.requires_action" | "payment.processing" | "payment.authorized" | "payment.authorized_late" | "payment.succeeded" | "payment.succeeded_late" | "payment.failed" | "payment.canceled" | "payment.expired" | "payment.needs_review" | "payment.flagged" | "payment.flag_settled" | "verification.requires_confirmation" | "verification.requires_action" | "verification.processing" | "verification.succeeded" | "verification.succeeded_late" | "verification.failed" | "verification.canceled" | "verification.expired" | "verification.needs_review" | "verification.flagged" | "verification.flag_settled" | "payout.processing" | "payout.succeeded" | "payout.succeeded_late" | "payout.failed" | "payout.needs_review" | "payout.flagged" | "payout.flag_settled" | "refund.created" | "refund.updated" | "refund.succeeded_late" | "capture.created" | "capture.updated" | "capture.succeeded_late" | "void.created" | "void.updated" | "void.succeeded_late" | "card.saved" | "card.suspended" | "card.resumed" | "card.expired" | "card.deleted" | "payment_link.created" | "payment_link.updated" | "plan.created" | "plan.failed" | "plan.version_added" | "plan.paused" | "plan.resumed" | "plan.archived" | "subscription.requires_action" | "subscription.requires_confirmation" | "subscription.processing" | "subscription.active" | "subscription.completed" | "subscription.canceled" | "subscription.failed" | "subscription.schedule_differs" | "webhook_endpoint.test" | Unknown;
/** What it is about, such as a payment. Ask the API how that is now. */
readonly subject: {
readonly type: string;
readonly id: string;
};
/** Order of the events of one subject, from 1, without gaps. They may arrive in another. */
readonly sequence: number;
/** Ids of what it is about, such as `refundId`. */
readonly data: Readonly<Record<string, string>>;
readonly livemode: boolean;
readonly createdAt: string;
};
/** `EventPage` of the API document. */
export type EventPage = {
readonly data: readonly (Event)[];
/** Where to go on, also from an empty page: ask again later with it. */
readonly nextCursor: string;
/** Ask again at once: a page may be empty and not the last. */
readonly hasMore: boolean;
};
/** `WebhookEndpoint` of the API document. */
export type WebhookEndpoint = {
readonly object: "webhook_endpoint";
readonly id: string;
readonly url: string;
readonly eventTypes: readonly ("payment.requires_confirmation" | "payment.requires_action" | "payment.processing" | "payment.authorized" | "payment.authorized_late" | "payment.succeeded" | "payment.succeeded_late" | "payment.failed" | "payment.canceled" | "payment.expired" | "payment.needs_review" | "payment.flagged" | "payment.flag_settled" | "verification.requires_confirmation" | "verification.requires_action" | "verification.processing" | "verification.succeeded" | "verification.succeeded_late" | "verification.failed" | "verification.canceled" | "verification.expired" | "verification.needs_review" | "verification.flagged" | "verification.flag_settled" | "payout.processing" | "payout.succeeded" | "payout.succeeded_late" | "payout.failed" | "payout.needs_review" | "payout.flagged" | "payout.flag_settled" | "refund.created" | "refund.updated" | "refund.succeeded_late" | "capture.created" | "capture.updated" | "capture.succeeded_late" | "void.created" | "void.updated" | "void.succeeded_late" | "card.saved" | "card.suspended" | "card.resumed" | "card.expired" | "card.deleted" | "payment_link.created" | "payment_link.updated" | "plan.created" | "plan.failed" | "plan.version_added" | "plan.paused" | "plan.resumed" | "plan.archived" | "subscription.requires_action" | "subscription.requires_confirmation" | "subscription.processing" | "subscription.active" | "subscription.completed" | "subscription.canceled" | "subscription.failed" | "subscription.schedule_differs" | "webhook_endpoint.test" | Unknown)[];
readonly description: string | null;
readonly enabled: boolean;
/** `gone`: it answered 410. Switch it on again with `enabled`. */
readonly disabledReason: "merchant" | "gone" | Unknown | null;
/** Since when nothing has arrived there. */
readonly failingSince: string | null;
readonly livemode: boolean;
readonly createdAt: string;
readonly updatedAt: string;
};
/** `WebhookEndpointWithSecret` of the API document. */
export type WebhookEndpointWithSecret = {
readonly object: "webhook_endpoint";
readonly id: string;
readonly url: string;
readonly eventTypes: readonly ("payment.requires_confirmation" | "payment.requires_action" | "payment.processing" | "payment.authorized" | "payment.authorized_late" | "payment.succeeded" | "payment.succeeded_late" | "payment.failed" | "payment.canceled" | "payment.expired" | "payment.needs_review" | "payment.flagged" | "payment.flag_settled" | "verification.requires_confirmation" | "verification.requires_action" | "verification.processing" | "verification.succeeded" | "verification.succeeded_late" | "verification.failed" | "verification.canceled" | "verification.expired" | "verification.needs_review" | "verification.flagged" | "verification.flag_settled" | "payout.processing" | "payout.succeeded" | "payout.succeeded_late" | "payout.failed" | "payout.needs_review" | "payout.flagged" | "payout.flag_settled" | "refund.created" | "refund.updated" | "refund.succeeded_late" | "capture.created" | "capture.updated" | "capture.succeeded_late" | "void.created" | "void.updated" | "void.succeeded_late" | "card.saved" | "card.suspended" | "card.resumed" | "card.expired" | "card.deleted" | "payment_link.created" | "payment_link.updated" | "plan.created" | "plan.failed" | "plan.version_added" | "plan.paused" | "plan.resumed" | "plan.archived" | "subscription.requires_action" | "subscription.requires_confirmation" | "subscription.processing" | "subscription.active" | "subscription.completed" | "subscription.canceled" | "subscription.failed" | "subscription.schedule_differs" | "webhook_endpoint.test" | Unknown)[];
readonly description: string | null;
readonly enabled: boolean;
/** `gone`: it answered 410. Switch it on again with `enabled`. */
readonly disabledReason: "merchant" | "gone" | Unknown | null;
/** Since when nothing has arrived there. */
readonly failingSince: string | null;
readonly livemode: boolean;
readonly createdAt: string;
readonly updatedAt: string;
/** Shown now and never again. Keep it where your secrets are. */
readonly secret: string;
};
/** `WebhookEndpointList` of the API document. */
export type WebhookEndpointList = {
readonly data: readonly (WebhookEndpoint)[];
};
/** `WebhookDelivery` of the API document. */
export type WebhookDelivery = {
readonly object: "webhook_delivery";
readonly id: string;
readonly endpointId: string;
readonly event: {
readonly id: string;
readonly type: string;
};
/** `dead`: given up until it is sent again. */
readonly status: "pending" | "delivered" | "dead" | Unknown;
/** Of the schedule it is on. */
readonly attempts: number;
readonly nextAttemptAt: string | null;
readonly lastAttempt: {
readonly at: string;
readonly durationMs: number;
readonly statusCode: number | null;
/** `address_refused`, `name_unknown`, `timeout` or `connection`, where there was no answer. */
readonly error: string | null;
/** The beginning of what it answered. */
readonly answer: string | null;
} | null;
readonly createdAt: string;
};
/** `WebhookDeliveryWithLog` of the API document. */
export type WebhookDeliveryWithLog = {
readonly object: "webhook_delivery";
readonly id: string;
readonly endpointId: string;
readonly event: {
readonly id: string;
readonly type: string;
};
/** `dead`: given up until it is sent again. */
readonly status: "pending" | "delivered" | "dead" | Unknown;
/** Of the schedule it is on. */
readonly attempts: number;
readonly nextAttemptAt: string | null;
readonly lastAttempt: {
readonly at: string;
readonly durationMs: number;
readonly statusCode: number | null;
/** `address_refused`, `name_unknown`, `timeout` or `connection`, where there was no answer. */
readonly error: string | null;
/** The beginning of what it answered. */
readonly answer: string | null;
} | null;
readonly createdAt: string;
/** Newest first, the last 50. */
readonly log: readonly ({
readonly at: string;
readonly durationMs: number;
readonly statusCode: number | null;
/** `address_refused`, `name_unknown`, `timeout` or `connection`, where there was no answer. */
readonly error: string | null;
/** The beginning of what it answered. */
readonly answer: string | null;
})[];
};
/** `WebhookDeliveryPage` of the API document. */
export type WebhookDeliveryPage = {
readonly data: readonly (WebhookDelivery)[];
readonly nextCursor: string | null;
};
/** `Recovery` of the API document. */
export type Recovery = {
readonly dryRun: boolean;
/** Missed events that are, or would be, sent: dead or never put down for it. */
readonly events: number;
/** There may be more of them: ask again. */
readonly hasMore: boolean;
};
/** Keep the file as it is. `proof verify` checks it offline. */
export type PaymentProof = {
readonly object: "payment_proof";
/** For reading. Only `jws` is signed, and it holds the same. */
readonly statement: ProofStatement;
/** Compact JWS (RFC 7515) of the statement, signed with ES256. `kid` names the key. */
readonly jws: string;
};
/** `ProofStatement` of the API document. */
export type ProofStatement = {
readonly version: 1;
/** In words: what this is and how it is checked. */
readonly about: string;
/** Address of the gateway that signed it. */
readonly issuer: string;
/** Where its public keys are. */
readonly keys: string;
readonly issuedAt: string;
readonly merchantAccountId: string;
readonly livemode: boolean;
readonly payment: {
readonly id: string;
readonly method: string;
readonly captureMethod: "automatic" | "manual" | Unknown;
readonly reference: string | null;
readonly status: string;
readonly failure: string | null;
readonly flags: readonly (string)[];
readonly amount: number;
readonly currency: string;
readonly amountAuthorized: number;
readonly amountCaptured: number;
readonly amountRefunded: number;
readonly createdAt: string;
readonly endedAt: string | null;
readonly cardMask: string | null;
readonly rrn: string | null;
readonly approvalCode: string | null;
readonly terminal: string | null;
/** As the bank told it. */
readonly paidAt: string | null;
};
/** Purchase or hold, captures, releases and refunds. */
readonly operations: readonly ({
readonly id: string;
readonly kind: string;
readonly status: string;
readonly amount: number | null;
readonly currency: string;
readonly failure: string | null;
readonly createdAt: string;
/** Latest moment at which the request left. Null: it was not ours. */
readonly sentAt: string | null;
readonly timesSent: number;
/** How often the bank was asked about this operation alone. */
readonly timesAsked: number;
readonly merchantId: string;
readonly merchantRequestId: string | null;
readonly hppOrderId: string | null;
readonly operationId: string | null;
/** Code of the bank with which it refused the request. */
readonly refusalCode: string | null;
/** What the bank said. */
readonly evidence: {
/** As the database of the gateway keeps it. */
readonly text: string;
readonly sha256: string;
/** `answer`: to the request itself. `query`: the bank was asked. Null: neither is kept. */
readonly how: "answer" | "query" | Unknown | null;
/** What the bank was asked by, or answered to. */
readonly by: "merchantRequestId" | "hppOrderId" | "operationId" | Unknown | null;
readonly id: string | null;
/** When the bank said it. */
readonly at: string | null;
} | null;
})[];
/** Every change of a status, in their order. */
readonly history: readonly ({
readonly at: string;
/** Of the gateway. Null: the payment itself. */
readonly operationId: string | null;
readonly from: string | null;
readonly to: string;
/** Who caused it: merchant, bank, clock or operator. */
readonly cause: string;
/** What the bank said. */
readonly evidence: {
/** As the database of the gateway keeps it. */
readonly text: string;
readonly sha256: string;
/** `answer`: to the request itself. `query`: the bank was asked. Null: neither is kept. */
readonly how: "answer" | "query" | Unknown | null;
/** What the bank was asked by, or answered to. */
readonly by: "merchantRequestId" | "hppOrderId" | "operationId" | Unknown | null;
readonly id: string | null;
/** When the bank said it. */
readonly at: string | null;
} | null;
})[];
/** What the bank posted. A callback moves nothing by itself. */
readonly callbacks: readonly ({
readonly id: string;
readonly receivedAt: string;
/** How often the same body came. */
readonly deliveries: number;
readonly outcome: string | null;
readonly sha256: string;
})[];
/** Rows past the longest list of a proof. */
readonly leftOut: {
readonly history: number;
readonly callbacks: number;
};
/** What each hash is of, and how it is made again. */
readonly hashes: string;
};
/** JWK Set (RFC 7517). Keys stay in it for good, so that old proofs verify. */
export type ProofKeySet = {
readonly keys: readonly ({
readonly kty: "EC";
readonly crv: "P-256";
readonly x: string;
readonly y: string;
readonly use: "sig";
readonly alg: "ES256";
/** `proof_` and the thumbprint of the key (RFC 7638, SHA-256). */
readonly kid: string;
readonly createdAt: string;
/** Since then it signs nothing, and a proof that is younger is none. */
readonly retiredAt: string | null;
})[];
};
/** `Alive` of the API document. */
export type Alive = {
readonly status: "ok";
};
/** `Ready` of the API document. */
export type Ready = {
readonly status: "ok";
/** Merchant accounts. A blocked one makes nobody unready. */
readonly accounts?: {
readonly total: number;
readonly blocked: number;
} | undefined;
/** There while the clock of a bank is more than a minute from ours. */
readonly clockDiffersSeconds?: number | undefined;
};
/** RFC 9457. `code` is stable; every code is explained at /docs/problems. */
export type Problem = {
/** Address of the page that explains the code. */
readonly type: string;
readonly title: string;
readonly status: number;
/** What is wrong with this request, in words for a developer. */
readonly detail: string;
/** Stable. Each operation names those that it can meet; there may be more. */
readonly code: string;
/** `none`: no effect; `unknown`: it may have had one; `final`: what it asks for is so already. */
readonly outcome: "none" | "unknown" | "final" | Unknown;
/** `never`: not as it is; `same_key`: the same again under the same key; `later`: once the cause is gone. */
readonly retry: "never" | "same_key" | "later" | Unknown;
/** Id of the request, as in `X-Request-Id` and in the log. */
readonly instance: string;
/** Each wrong member of body or query. */
readonly errors?: readonly ({
readonly path: string;
readonly message: string;
})[] | undefined;
};
/** All of them by name. */
export interface Schemas {
  readonly CreatePayment: CreatePayment;
  readonly ConfirmPayment: ConfirmPayment;
  readonly CapturePayment: CapturePayment;
  readonly CancelPayment: CancelPayment;
  readonly CreateRefund: CreateRefund;
  readonly CreateVerification: CreateVerification;
  readonly CreatePaymentLink: CreatePaymentLink;
  readonly ChangePaymentLink: ChangePaymentLink;
  readonly CreatePayout: CreatePayout;
  readonly KeepCard: KeepCard;
  readonly ChangeCard: ChangeCard;
  readonly CreatePlan: CreatePlan;
  readonly AddPlanVersion: AddPlanVersion;
  readonly ChangePlan: ChangePlan;
  readonly CreateSubscription: CreateSubscription;
  readonly ConfirmSubscription: ConfirmSubscription;
  readonly ChangeSubscription: ChangeSubscription;
  readonly CreateWebhookEndpoint: CreateWebhookEndpoint;
  readonly ChangeWebhookEndpoint: ChangeWebhookEndpoint;
  readonly RotateWebhookSecret: RotateWebhookSecret;
  readonly RecoverEvents: RecoverEvents;
  readonly Payment: Payment;
  readonly Verification: Verification;
  readonly Refund: Refund;
  readonly PaymentPage: PaymentPage;
  readonly RefundList: RefundList;
  readonly RefundPage: RefundPage;
  readonly PaymentKey: PaymentKey;
  readonly HostedFields: HostedFields;
  readonly PaymentLink: PaymentLink;
  readonly PaymentLinkPage: PaymentLinkPage;
  readonly Payout: Payout;
  readonly PayoutPage: PayoutPage;
  readonly Balance: Balance;
  readonly Card: Card;
  readonly CardPage: CardPage;
  readonly Plan: Plan;
  readonly PlanPage: PlanPage;
  readonly Subscription: Subscription;
  readonly SubscriptionPage: SubscriptionPage;
  readonly ScheduledPayment: ScheduledPayment;
  readonly ScheduledPaymentList: ScheduledPaymentList;
  readonly Event: Event;
  readonly EventPage: EventPage;
  readonly WebhookEndpoint: WebhookEndpoint;
  readonly WebhookEndpointWithSecret: WebhookEndpointWithSecret;
  readonly WebhookEndpointList: WebhookEndpointList;
  readonly WebhookDelivery: WebhookDelivery;
  readonly WebhookDeliveryWithLog: WebhookDeliveryWithLog;
  readonly WebhookDeliveryPage: WebhookDeliveryPage;
  readonly Recovery: Recovery;
  readonly PaymentProof: PaymentProof;
  readonly ProofStatement: ProofStatement;
  readonly ProofKeySet: ProofKeySet;
  readonly Alive: Alive;
  readonly Ready: Ready;
  readonly Problem: Problem;
}
/** What each operation takes and answers. */
export interface Operations {
  /** Create a payment and get the link to the bank page. */
  readonly createPayment: { readonly request: { readonly body: CreatePayment; readonly idempotencyKey: string }; readonly answer: Payment };
  /** List payments, newest first. */
  readonly listPayments: { readonly request: { readonly query?: { readonly limit?: number | undefined; readonly cursor?: string | undefined; readonly status?: "created" | "requires_confirmation" | "requires_action" | "processing" | "authorized" | "needs_review" | "failed" | "expired" | "canceled" | "succeeded" | undefined; readonly reference?: string | undefined; readonly customerId?: string | undefined; readonly metadata?: Readonly<Record<string, string>> | undefined; readonly createdFrom?: string | undefined; readonly createdBefore?: string | undefined; readonly paymentLinkId?: string | undefined; readonly subscriptionId?: string | undefined; readonly changedSince?: string | undefined } | undefined }; readonly answer: PaymentPage };
  /** Read a payment. */
  readonly getPayment: { readonly request: { readonly path: { readonly id: string } }; readonly answer: Payment };
  /** Send the card data that a payment waits for. */
  readonly confirmPayment: { readonly request: { readonly path: { readonly id: string }; readonly body: ConfirmPayment; readonly idempotencyKey: string }; readonly answer: Payment };
  /** Take what a payment with `captureMethod: manual` holds, once. */
  readonly capturePayment: { readonly request: { readonly path: { readonly id: string }; readonly body?: CapturePayment; readonly idempotencyKey: string }; readonly answer: Payment };
  /** Close a payment that is not paid, or release what it holds. */
  readonly cancelPayment: { readonly request: { readonly path: { readonly id: string }; readonly body?: CancelPayment; readonly idempotencyKey: string }; readonly answer: Payment };
  /** Give money back, all or part. */
  readonly createRefund: { readonly request: { readonly path: { readonly id: string }; readonly body?: CreateRefund; readonly idempotencyKey: string }; readonly answer: Refund };
  /** List the refunds of a payment, oldest first. */
  readonly listRefunds: { readonly request: { readonly path: { readonly id: string } }; readonly answer: RefundList };
  /** List refunds of all payments, newest first. */
  readonly listAllRefunds: { readonly request: { readonly query?: { readonly limit?: number | undefined; readonly cursor?: string | undefined; readonly status?: "pending" | "succeeded" | "failed" | "unknown" | "needs_review" | undefined; readonly paymentId?: string | undefined; readonly customerId?: string | undefined; readonly createdFrom?: string | undefined; readonly createdBefore?: string | undefined; readonly changedSince?: string | undefined } | undefined }; readonly answer: RefundPage };
  /** Read a refund. */
  readonly getRefund: { readonly request: { readonly path: { readonly id: string } }; readonly answer: Refund };
  /** Have a card checked on the bank page; nothing is taken or held. */
  readonly createVerification: { readonly request: { readonly body: CreateVerification; readonly idempotencyKey: string }; readonly answer: Verification };
  /** Read a verification. */
  readonly getVerification: { readonly request: { readonly path: { readonly id: string } }; readonly answer: Verification };
  /** Read the public key that a browser encrypts card data with. */
  readonly getPaymentKey: { readonly request: { readonly path: { readonly id: string } }; readonly answer: PaymentKey };
  /** Read what a page of yours needs to take cards in a frame of the gateway. */
  readonly getHostedFields: { readonly request: Record<never, never>; readonly answer: HostedFields };
  /** Make an address to pay at, to hand out as a link or as a QR code. */
  readonly createPaymentLink: { readonly request: { readonly body: CreatePaymentLink; readonly idempotencyKey: string }; readonly answer: PaymentLink };
  /** List payment links, newest first. */
  readonly listPaymentLinks: { readonly request: { readonly query?: { readonly limit?: number | undefined; readonly cursor?: string | undefined } | undefined }; readonly answer: PaymentLinkPage };
  /** Read a payment link. */
  readonly getPaymentLink: { readonly request: { readonly path: { readonly id: string } }; readonly answer: PaymentLink };
  /** Switch a payment link off or on, or change its end or notes. */
  readonly changePaymentLink: { readonly request: { readonly path: { readonly id: string }; readonly body: ChangePaymentLink }; readonly answer: PaymentLink };
  /** Send money from the account of the merchant to a card, once. */
  readonly createPayout: { readonly request: { readonly body: CreatePayout; readonly idempotencyKey: string }; readonly answer: Payout };
  /** List payouts, newest first. */
  readonly listPayouts: { readonly request: { readonly query?: { readonly limit?: number | undefined; readonly cursor?: string | undefined; readonly status?: "created" | "requires_confirmation" | "requires_action" | "processing" | "authorized" | "needs_review" | "failed" | "expired" | "canceled" | "succeeded" | undefined; readonly reference?: string | undefined } | undefined }; readonly answer: PayoutPage };
  /** Read a payout. */
  readonly getPayout: { readonly request: { readonly path: { readonly id: string } }; readonly answer: Payout };
  /** Ask the bank what is on the account of the merchant. */
  readonly getBalance: { readonly request: Record<never, never>; readonly answer: Balance };
  /** Have the bank keep a card of a customer, without a payment. */
  readonly keepCard: { readonly request: { readonly path: { readonly customerId: string }; readonly body: KeepCard; readonly idempotencyKey: string }; readonly answer: Card };
  /** List the cards of a customer, newest first. */
  readonly listCards: { readonly request: { readonly path: { readonly customerId: string }; readonly query?: { readonly limit?: number | undefined; readonly cursor?: string | undefined; readonly status?: "active" | "suspended" | "expired" | "deleted" | undefined } | undefined }; readonly answer: CardPage };
  /** Read a card of a customer. */
  readonly getCard: { readonly request: { readonly path: { readonly customerId: string; readonly id: string } }; readonly answer: Card };
  /** Suspend a card, or let it pay again. */
  readonly changeCard: { readonly request: { readonly path: { readonly customerId: string; readonly id: string }; readonly body: ChangeCard }; readonly answer: Card };
  /** Have the bank forget a card; this cannot be undone. */
  readonly deleteCard: { readonly request: { readonly path: { readonly customerId: string; readonly id: string } }; readonly answer: Card };
  /** Make a plan: how often, and how much, the bank charges by itself. */
  readonly createPlan: { readonly request: { readonly body: CreatePlan; readonly idempotencyKey: string }; readonly answer: Plan };
  /** List plans, newest first. */
  readonly listPlans: { readonly request: { readonly query?: { readonly limit?: number | undefined; readonly cursor?: string | undefined; readonly status?: "created" | "active" | "paused" | "failed" | "archived" | undefined } | undefined }; readonly answer: PlanPage };
  /** Read a plan. */
  readonly getPlan: { readonly request: { readonly path: { readonly id: string } }; readonly answer: Plan };
  /** Give a plan other rules, from a time on. */
  readonly addPlanVersion: { readonly request: { readonly path: { readonly id: string }; readonly body: AddPlanVersion; readonly idempotencyKey: string }; readonly answer: Plan };
  /** Skip the charges of a plan until it is resumed. */
  readonly pausePlan: { readonly request: { readonly path: { readonly id: string }; readonly body: ChangePlan; readonly idempotencyKey: string }; readonly answer: Plan };
  /** Charge a paused plan again. */
  readonly resumePlan: { readonly request: { readonly path: { readonly id: string }; readonly body: ChangePlan; readonly idempotencyKey: string }; readonly answer: Plan };
  /** End a plan and all of its subscriptions, for good. */
  readonly archivePlan: { readonly request: { readonly path: { readonly id: string }; readonly body: ChangePlan; readonly idempotencyKey: string }; readonly answer: Plan };
  /** Begin a subscription: the customer makes the first charge, the bank all others. */
  readonly createSubscription: { readonly request: { readonly body: CreateSubscription; readonly idempotencyKey: string }; readonly answer: Subscription };
  /** List subscriptions, newest first. */
  readonly listSubscriptions: { readonly request: { readonly query?: { readonly limit?: number | undefined; readonly cursor?: string | undefined; readonly status?: "created" | "requires_confirmation" | "requires_action" | "processing" | "active" | "failed" | "completed" | "canceled" | undefined; readonly planId?: string | undefined; readonly customerId?: string | undefined } | undefined }; readonly answer: SubscriptionPage };
  /** Read a subscription. */
  readonly getSubscription: { readonly request: { readonly path: { readonly id: string } }; readonly answer: Subscription };
  /** Make the first charge with a card from your own page. */
  readonly confirmSubscription: { readonly request: { readonly path: { readonly id: string }; readonly body: ConfirmSubscription; readonly idempotencyKey: string }; readonly answer: Subscription };
  /** End a subscription: nothing that is planned is charged any more. */
  readonly cancelSubscription: { readonly request: { readonly path: { readonly id: string }; readonly body: ChangeSubscription; readonly idempotencyKey: string }; readonly answer: Subscription };
  /** List what the bank plans and has charged, in the order of time. */
  readonly listScheduledPayments: { readonly request: { readonly path: { readonly id: string } }; readonly answer: ScheduledPaymentList };
  /** Have the bank charge now what was skipped or given up. */
  readonly chargeScheduledPayment: { readonly request: { readonly path: { readonly id: string; readonly scheduledId: string }; readonly body: ChangeSubscription; readonly idempotencyKey: string }; readonly answer: Subscription };
  /** Read the feed of events, oldest first. */
  readonly listEvents: { readonly request: { readonly query?: { readonly limit?: number | undefined; readonly cursor?: string | undefined; readonly type?: "payment.requires_confirmation" | "payment.requires_action" | "payment.processing" | "payment.authorized" | "payment.authorized_late" | "payment.succeeded" | "payment.succeeded_late" | "payment.failed" | "payment.canceled" | "payment.expired" | "payment.needs_review" | "payment.flagged" | "payment.flag_settled" | "verification.requires_confirmation" | "verification.requires_action" | "verification.processing" | "verification.succeeded" | "verification.succeeded_late" | "verification.failed" | "verification.canceled" | "verification.expired" | "verification.needs_review" | "verification.flagged" | "verification.flag_settled" | "payout.processing" | "payout.succeeded" | "payout.succeeded_late" | "payout.failed" | "payout.needs_review" | "payout.flagged" | "payout.flag_settled" | "refund.created" | "refund.updated" | "refund.succeeded_late" | "capture.created" | "capture.updated" | "capture.succeeded_late" | "void.created" | "void.updated" | "void.succeeded_late" | "card.saved" | "card.suspended" | "card.resumed" | "card.expired" | "card.deleted" | "payment_link.created" | "payment_link.updated" | "plan.created" | "plan.failed" | "plan.version_added" | "plan.paused" | "plan.resumed" | "plan.archived" | "subscription.requires_action" | "subscription.requires_confirmation" | "subscription.processing" | "subscription.active" | "subscription.completed" | "subscription.canceled" | "subscription.failed" | "subscription.schedule_differs" | "webhook_endpoint.test" | undefined; readonly subject?: string | undefined } | undefined }; readonly answer: EventPage };
  /** Read an event. */
  readonly getEvent: { readonly request: { readonly path: { readonly id: string } }; readonly answer: Event };
  /** Have events posted to an address, signed as Standard Webhooks says. */
  readonly createWebhookEndpoint: { readonly request: { readonly body: CreateWebhookEndpoint; readonly idempotencyKey: string }; readonly answer: WebhookEndpointWithSecret };
  /** List the endpoints of the account. */
  readonly listWebhookEndpoints: { readonly request: Record<never, never>; readonly answer: WebhookEndpointList };
  /** Read an endpoint. */
  readonly getWebhookEndpoint: { readonly request: { readonly path: { readonly id: string } }; readonly answer: WebhookEndpoint };
  /** Change what is given; switch it off or on. */
  readonly changeWebhookEndpoint: { readonly request: { readonly path: { readonly id: string }; readonly body: ChangeWebhookEndpoint }; readonly answer: WebhookEndpoint };
  /** Make a new secret; the one before it goes on signing for a while. */
  readonly rotateWebhookSecret: { readonly request: { readonly path: { readonly id: string }; readonly body: RotateWebhookSecret; readonly idempotencyKey: string }; readonly answer: WebhookEndpointWithSecret };
  /** Send a test event to this endpoint; may be repeated. */
  readonly testWebhookEndpoint: { readonly request: { readonly path: { readonly id: string } }; readonly answer: {
readonly eventId: string;
} };
  /** Send what an endpoint missed since a time; may be repeated. */
  readonly recoverWebhookEvents: { readonly request: { readonly path: { readonly id: string }; readonly body: RecoverEvents }; readonly answer: Recovery };
  /** List deliveries to an endpoint, newest first. */
  readonly listWebhookDeliveries: { readonly request: { readonly path: { readonly id: string }; readonly query?: { readonly limit?: number | undefined; readonly cursor?: string | undefined; readonly status?: "pending" | "delivered" | "dead" | undefined } | undefined }; readonly answer: WebhookDeliveryPage };
  /** Read a delivery with its log. */
  readonly getWebhookDelivery: { readonly request: { readonly path: { readonly id: string; readonly deliveryId: string } }; readonly answer: WebhookDeliveryWithLog };
  /** Send a delivery again, whatever became of it; may be repeated. */
  readonly resendWebhookDelivery: { readonly request: { readonly path: { readonly id: string; readonly deliveryId: string } }; readonly answer: WebhookDelivery };
  /** Get a signed file that says what happened to a payment. */
  readonly getPaymentProof: { readonly request: { readonly path: { readonly id: string } }; readonly answer: PaymentProof };
}
/** Where each operation is. */
export const ROUTES = {
  createPayment: { method: 'POST', path: '/v1/payments' },
  listPayments: { method: 'GET', path: '/v1/payments' },
  getPayment: { method: 'GET', path: '/v1/payments/{id}' },
  confirmPayment: { method: 'POST', path: '/v1/payments/{id}/confirm' },
  capturePayment: { method: 'POST', path: '/v1/payments/{id}/capture' },
  cancelPayment: { method: 'POST', path: '/v1/payments/{id}/cancel' },
  createRefund: { method: 'POST', path: '/v1/payments/{id}/refunds' },
  listRefunds: { method: 'GET', path: '/v1/payments/{id}/refunds' },
  listAllRefunds: { method: 'GET', path: '/v1/refunds' },
  getRefund: { method: 'GET', path: '/v1/refunds/{id}' },
  createVerification: { method: 'POST', path: '/v1/verifications' },
  getVerification: { method: 'GET', path: '/v1/verifications/{id}' },
  getPaymentKey: { method: 'GET', path: '/v1/merchant-accounts/{id}/payment-key' },
  getHostedFields: { method: 'GET', path: '/v1/hosted-fields' },
  createPaymentLink: { method: 'POST', path: '/v1/payment-links' },
  listPaymentLinks: { method: 'GET', path: '/v1/payment-links' },
  getPaymentLink: { method: 'GET', path: '/v1/payment-links/{id}' },
  changePaymentLink: { method: 'PATCH', path: '/v1/payment-links/{id}' },
  createPayout: { method: 'POST', path: '/v1/payouts' },
  listPayouts: { method: 'GET', path: '/v1/payouts' },
  getPayout: { method: 'GET', path: '/v1/payouts/{id}' },
  getBalance: { method: 'GET', path: '/v1/balance' },
  keepCard: { method: 'POST', path: '/v1/customers/{customerId}/cards' },
  listCards: { method: 'GET', path: '/v1/customers/{customerId}/cards' },
  getCard: { method: 'GET', path: '/v1/customers/{customerId}/cards/{id}' },
  changeCard: { method: 'PATCH', path: '/v1/customers/{customerId}/cards/{id}' },
  deleteCard: { method: 'DELETE', path: '/v1/customers/{customerId}/cards/{id}' },
  createPlan: { method: 'POST', path: '/v1/plans' },
  listPlans: { method: 'GET', path: '/v1/plans' },
  getPlan: { method: 'GET', path: '/v1/plans/{id}' },
  addPlanVersion: { method: 'POST', path: '/v1/plans/{id}/versions' },
  pausePlan: { method: 'POST', path: '/v1/plans/{id}/pause' },
  resumePlan: { method: 'POST', path: '/v1/plans/{id}/resume' },
  archivePlan: { method: 'POST', path: '/v1/plans/{id}/archive' },
  createSubscription: { method: 'POST', path: '/v1/subscriptions' },
  listSubscriptions: { method: 'GET', path: '/v1/subscriptions' },
  getSubscription: { method: 'GET', path: '/v1/subscriptions/{id}' },
  confirmSubscription: { method: 'POST', path: '/v1/subscriptions/{id}/confirm' },
  cancelSubscription: { method: 'POST', path: '/v1/subscriptions/{id}/cancel' },
  listScheduledPayments: { method: 'GET', path: '/v1/subscriptions/{id}/scheduled-payments' },
  chargeScheduledPayment: { method: 'POST', path: '/v1/subscriptions/{id}/scheduled-payments/{scheduledId}/charge' },
  listEvents: { method: 'GET', path: '/v1/events' },
  getEvent: { method: 'GET', path: '/v1/events/{id}' },
  createWebhookEndpoint: { method: 'POST', path: '/v1/webhook-endpoints' },
  listWebhookEndpoints: { method: 'GET', path: '/v1/webhook-endpoints' },
  getWebhookEndpoint: { method: 'GET', path: '/v1/webhook-endpoints/{id}' },
  changeWebhookEndpoint: { method: 'PATCH', path: '/v1/webhook-endpoints/{id}' },
  rotateWebhookSecret: { method: 'POST', path: '/v1/webhook-endpoints/{id}/rotate-secret' },
  testWebhookEndpoint: { method: 'POST', path: '/v1/webhook-endpoints/{id}/test' },
  recoverWebhookEvents: { method: 'POST', path: '/v1/webhook-endpoints/{id}/recover' },
  listWebhookDeliveries: { method: 'GET', path: '/v1/webhook-endpoints/{id}/deliveries' },
  getWebhookDelivery: { method: 'GET', path: '/v1/webhook-endpoints/{id}/deliveries/{deliveryId}' },
  resendWebhookDelivery: { method: 'POST', path: '/v1/webhook-endpoints/{id}/deliveries/{deliveryId}/resend' },
  getPaymentProof: { method: 'GET', path: '/v1/payments/{id}/proof' },
} as const;
