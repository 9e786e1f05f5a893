/** Opens the palette: by Ctrl-K, by `/`, and by what is pasted anywhere on a page and not into a field, which is explained at once. */
import { useCallback, useEffect, useState } from "react";
import { useLocation } from "wouter";
import { errorCodeIn, requestIdIn } from "./found";

export function usePalette() {
  const [isOpen, setOpen] = useState(false);
  const [, navigate] = useLocation();
  const open = useCallback(() => setOpen(true), []);
  const close = useCallback(() => setOpen(false), []);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
      if ((event.key === "k" || event.key === "K") && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        setOpen((was) => !was);
      } else if (event.key === "/" && plain && !isTyping(event.target)) {
        event.preventDefault();
        setOpen(true);
      }
    };
    const onPaste = (event: ClipboardEvent) => {
      if (isTyping(event.target)) return;
      const text = event.clipboardData?.getData("text") ?? "";
      const id = requestIdIn(text);
      const code = errorCodeIn(text);
      if (id) navigate(`/explain/${id}`);
      else if (code) navigate(`/errors/${code}`);
    };
    document.addEventListener("keydown", onKey);
    document.addEventListener("paste", onPaste);
    return () => {
      document.removeEventListener("keydown", onKey);
      document.removeEventListener("paste", onPaste);
    };
  }, [navigate]);
  return { isOpen, open, close };
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}
