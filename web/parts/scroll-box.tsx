import type { ComponentChildren } from 'preact';

/** What is wider or higher than its place scrolls in it, by the keyboard as well. */
export function ScrollBox({
  label,
  children,
}: {
  readonly label: string;
  readonly children: ComponentChildren;
}) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for fields
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
    <div class="scroll-box" role="group" tabIndex={0} aria-label={label}>
      {children}
    </div>
  );
}
