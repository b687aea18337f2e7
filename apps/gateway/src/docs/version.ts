/** Version of the public API, raised with every change that clients can see. */
export const API_VERSION = '0.1.0';
