import { describeViews } from '../support/dashboard-views.js';

describeViews('light and wide', {});
