/**
 * Puts a text into the clipboard, and answers whether that worked. Browsers give a clipboard to pages that came over HTTPS or from
 * this machine; the older way is there over plain HTTP as well.
 */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement('textarea');
    area.value = text;
    document.body.append(area);
    area.select();
    const hasCopied = document.execCommand('copy');
    area.remove();
    return hasCopied;
  }
}
