import type { Drawable } from './canvas.js';

/** A picture from a file, as any that the browser can show; null for one that it cannot. */
export async function openPicture(file: Blob): Promise<Drawable | null> {
  const address = URL.createObjectURL(file);
  const image = new Image();
  image.src = address;
  try {
    await image.decode();
    // Drawings in SVG may have no size of their own.
    const [width, height] = [image.naturalWidth || 256, image.naturalHeight || 256];
    return { source: image, width, height };
  } catch {
    return null;
  } finally {
    URL.revokeObjectURL(address);
  }
}
