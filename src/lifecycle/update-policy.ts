/**
 * How a version takes the place of another: it is loaded beside it, or after it is unloaded, where there is no room for both.
 * The words are ours; the idea is that of the `strategy` of a Kubernetes Deployment.
 */
export const UPDATE_POLICIES = ['overlap', 'replace'] as const;

export type UpdatePolicy = (typeof UPDATE_POLICIES)[number];
