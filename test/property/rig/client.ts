// A host without promises, as the campaign drives a device.

export { type Answer, Client, NoAnswer, statusName } from '../../../host/campaign/client.ts';
