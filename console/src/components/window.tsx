/**
 * Some rows of a long table, there only while they are near what is seen: of ten thousand rows a page holds a few hundred.
 *
 * Rows that are out of sight leave a gap as high as they were, or as high as rows of their kind are on average. Rows that hold the focus
 * stay until it leaves them.
 */
import {
  type FocusEvent,
  type ReactNode,
  type RefObject,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
} from "react";

/** How high a row of this table is, in pixels, as far as it is known. */
export type RowHeight = RefObject<number>;

/** Before any row was seen. */
export const USUAL_HEIGHT = 38;

interface Props {
  /** How many rows it holds. */
  rows: number;
  height: RowHeight;
  /** Shown before the browser has said what is near: the first rows of a table. */
  first: boolean;
  /** Shown wherever it is: the rows of a table that is short. */
  stays: boolean;
  className?: string | undefined;
  /** Whether the rows are there to be measured: not while they are being fetched. */
  isWhole: boolean;
  children: () => ReactNode;
}

export function Window({ rows, height, first, stays, className, isWhole, children }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const isNear = useRef(first);
  const known = useRef(0);
  const [isSeen, setSeen] = useState(first);
  const shown = stays || isSeen;

  useEffect(() => {
    const element = place.current;
    if (!element || stays) return;
    const observer = new IntersectionObserver(
      (entries) => {
        const last = entries.at(-1);
        if (!last) return;
        isNear.current = last.isIntersecting;
        setSeen(last.isIntersecting || element.contains(document.activeElement));
      },
      // A screen's height before and after what is seen.
      { rootMargin: "100% 0px" },
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, [stays]);

  useLayoutEffect(() => {
    const element = place.current;
    if (!element || !shown || !isWhole || rows === 0) return;
    known.current = element.offsetHeight;
    if (known.current > 0) height.current = known.current / rows;
  });

  const onBlur = (event: FocusEvent) => {
    if (!isNear.current && !place.current?.contains(event.relatedTarget)) setSeen(false);
  };
  const gap = known.current || rows * height.current;
  if (!shown) return <div ref={place} aria-hidden="true" style={{ blockSize: gap }} />;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a table element that is laid out as cards is no table to a screen reader.
    <div
      ref={place}
      role="rowgroup"
      aria-busy={!isWhole}
      className={className}
      style={isWhole ? undefined : { minBlockSize: gap }}
      onBlur={onBlur}
    >
      {children()}
    </div>
  );
}
