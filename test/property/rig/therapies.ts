// Random therapies, as the campaign generates them.

export { showUs, therapies, type Wishes } from '../../../host/campaign/therapies.ts';
