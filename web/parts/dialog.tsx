import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

/** A window over the page that everything else waits for. It is there as long as it is drawn; Escape closes it, too. */
export function Dialog({
  label,
  onClose,
  children,
}: {
  /** The id of its heading. */
  readonly label: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}) {
  const dialog = useRef<HTMLDialogElement | null>(null);
  useEffect(() => {
    const { activeElement } = document;
    dialog.current?.showModal();
    return () => {
      // What had the focus before has it again, as a browser does where a dialog is closed and not taken away.
      if (activeElement instanceof HTMLElement) activeElement.focus();
    };
  }, []);
  return (
    <dialog ref={dialog} aria-labelledby={label} onClose={onClose}>
      {children}
    </dialog>
  );
}
