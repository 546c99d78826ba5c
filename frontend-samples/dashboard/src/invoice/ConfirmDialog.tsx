import { useLayoutEffect, useRef } from "react";

interface ConfirmDialogProps {
  question: string;
  label: string;
  answer: (isConfirmed: boolean) => void;
}

/** Asks before something that is final. The browser keeps the focus inside, and gives it back. */
export function ConfirmDialog({ question, label, answer }: ConfirmDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  // A dialog that is closed gives the focus back; one that is just taken away does not.
  useLayoutEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    return () => shown?.close();
  }, []);
  return (
    <dialog ref={dialog} aria-labelledby="question" onCancel={() => answer(false)}>
      <p id="question">{question}</p>
      <div className="buttons">
        <button autoFocus onClick={() => answer(false)}>
          Keep it
        </button>
        <button className="primary" onClick={() => answer(true)}>
          {label}
        </button>
      </div>
    </dialog>
  );
}
