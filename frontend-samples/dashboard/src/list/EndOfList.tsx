import { useEffect, useRef } from "react";

/** Asks for the next page when it is about to be seen; the button is for those who do not scroll. */
export function EndOfList({ isLoading, loadMore }: { isLoading: boolean; loadMore: () => void }) {
  const end = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const observer = new IntersectionObserver(([entry]) => entry?.isIntersecting && loadMore(), { rootMargin: "600px" });
    observer.observe(end.current!);
    return () => observer.disconnect();
  }, [loadMore]);
  return (
    <div ref={end} className="end-of-list">
      <button className="quiet" onClick={loadMore} aria-disabled={isLoading}>
        {isLoading ? "Loading…" : "Show more"}
      </button>
    </div>
  );
}
