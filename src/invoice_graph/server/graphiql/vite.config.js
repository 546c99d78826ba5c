import { defineConfig } from "vite";

import { compressed } from "./compressed.js";

// "use client" is for those who render on the server as well.
const OF_NO_CONCERN = new Set(["MODULE_LEVEL_DIRECTIVE"]);
const GATEWAY = "http://127.0.0.1:8000";

export default defineConfig({
  base: "/graphiql/",
  build: {
    assetsDir: "",
    chunkSizeWarningLimit: 5000, // Monaco is one piece.
    emptyOutDir: true,
    license: { fileName: "licenses.md" },
    modulePreload: { polyfill: false },
    outDir: "../static/graphiql",
    reportCompressedSize: false,
    rolldownOptions: { onLog: (level, log, show) => OF_NO_CONCERN.has(log.code) || show(level, log) },
  },
  oxc: { jsx: { runtime: "automatic" } },
  plugins: [compressed()],
  // `npm run dev` shows what is being written, on top of a gateway that runs.
  server: { proxy: { "/console": GATEWAY, "/graphql": { target: GATEWAY, ws: true } } },
});
