/**
 * What somebody is going to do with an installation. `reads`: it must be there, and nothing of it is written.
 * `writes`: it must be there, and is brought up to date. `installs`: it is made where there is none.
 */
export type Access = 'reads' | 'writes' | 'installs';
