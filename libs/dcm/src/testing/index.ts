/** For tests of an application: DCM on a real socket. */
export { type Behaviour, FakeDcm, type Reply, type SeenRequest } from './fake-dcm.js';
