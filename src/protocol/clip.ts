export { clip, SHOWN_LENGTH } from '#core/clip.js';
