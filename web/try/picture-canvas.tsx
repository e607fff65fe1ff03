import { useLayoutEffect, useRef } from 'preact/hooks';
import { show } from './canvas.js';
import type { Picture } from './picture.js';

/** A picture, each of its pixels to be seen. */
export function PictureCanvas({ picture, label }: { readonly picture: Picture; readonly label: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    if (canvas.current !== null) show(picture, canvas.current);
  }, [picture]);
  return <canvas ref={canvas} role="img" aria-label={label} />;
}
