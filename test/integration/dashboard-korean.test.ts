import { describeViews } from '../support/dashboard-views.js';

describeViews('Korean and narrow', { locale: 'ko-KR', viewport: { width: 360, height: 740 } });
