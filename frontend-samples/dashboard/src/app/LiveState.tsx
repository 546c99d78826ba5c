import { socket } from "../api/client";
import { useStore } from "../shared/store";

const WORDS = { waiting: "Connecting…", live: "Live", reconnecting: "Reconnecting…" };

/** Whether changes arrive by themselves right now. */
export function LiveState() {
  const state = useStore(socket.state);
  return (
    <p className="live-state" data-state={state} role="status">
      {WORDS[state]}
    </p>
  );
}
