import { useEffect, useRef, useState } from 'preact/hooks';

/** How wide an element is, in pixels, and again when that changes. */
export function useWidth(first: number): {
  readonly ref: { current: HTMLDivElement | null };
  readonly width: number;
} {
  const ref = useRef<HTMLDivElement | null>(null);
  const [width, setWidth] = useState(first);
  useEffect(() => {
    const element = ref.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => setWidth(Math.max(160, Math.floor(element.clientWidth))));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return { ref, width };
}
