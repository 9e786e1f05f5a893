/** Where a page is scrolled to: another page begins at its top, one that somebody goes back to where it was left. */
import { useEffect, useLayoutEffect } from "react";

/** Positions by address; of so many that were left last. */
const left = new Map<string, number>();
const KEPT = 50;
/** A page that is gone back to is whole soon, or it is shown from its top. */
const WAIT = 2_000;

export function useScroll(location: string): void {
  useEffect(() => {
    history.scrollRestoration = "manual";
  }, []);
  // Before the page is another: one that is shorter would be noted as scrolled to.
  useLayoutEffect(() => {
    const address = `${location}${window.location.search}`;
    const wanted = wasGoneBackTo ? (left.get(address) ?? 0) : 0;
    wasGoneBackTo = false;
    let frame = 0;
    const until = performance.now() + WAIT;
    const go = () => {
      window.scrollTo(0, wanted);
      if (Math.abs(window.scrollY - wanted) > 1 && performance.now() < until)
        frame = requestAnimationFrame(go);
    };
    go();
    const stop = () => cancelAnimationFrame(frame);
    const note = () => {
      left.delete(address);
      left.set(address, window.scrollY);
      const oldest = left.keys().next().value;
      if (left.size > KEPT && oldest !== undefined) left.delete(oldest);
    };
    // Whoever scrolls by themselves is not moved any more.
    window.addEventListener("wheel", stop, { passive: true });
    window.addEventListener("touchmove", stop, { passive: true });
    window.addEventListener("keydown", stop);
    window.addEventListener("scroll", note, { passive: true });
    return () => {
      stop();
      window.removeEventListener("wheel", stop);
      window.removeEventListener("touchmove", stop);
      window.removeEventListener("keydown", stop);
      window.removeEventListener("scroll", note);
    };
  }, [location]);
}

let wasGoneBackTo = false;
window.addEventListener("popstate", () => {
  wasGoneBackTo = true;
});
