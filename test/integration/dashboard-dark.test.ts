import { describeViews } from '../support/dashboard-views.js';

describeViews('dark and narrow', { colorScheme: 'dark', viewport: { width: 390, height: 844 } });
