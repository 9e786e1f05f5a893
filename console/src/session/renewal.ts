/**
 * When a session has ended: whoever called waits, one dialog asks to sign in again above everything that is open, and all go on.
 * Outside of React, because calls are; the dialog listens.
 */

type Listener = (asked: boolean) => void;

let waiting: { promise: Promise<boolean>; settle: (signedIn: boolean) => void } | null = null;
let listener: Listener | null = null;

/** Resolves once somebody has signed in again; `false` if they would not, or nobody is there to ask. */
export function renewed(): Promise<boolean> {
  if (!listener) return Promise.resolve(false);
  if (!waiting) {
    let settle: (signedIn: boolean) => void = () => {};
    const promise = new Promise<boolean>((resolve) => {
      settle = resolve;
    });
    waiting = { promise, settle };
    listener(true);
  }
  return waiting.promise;
}

/** The dialog's answer. */
export function settleRenewal(signedIn: boolean): void {
  waiting?.settle(signedIn);
  waiting = null;
  listener?.(false);
}

/** The dialog is there, and is told when it is wanted. */
export function listenForRenewal(next: Listener): () => void {
  listener = next;
  return () => {
    listener = null;
    waiting?.settle(false);
    waiting = null;
  };
}
