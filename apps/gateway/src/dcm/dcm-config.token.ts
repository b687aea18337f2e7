/** Injects the DcmConfig of this process. */
export const DCM_CONFIG = Symbol('DCM_CONFIG');
