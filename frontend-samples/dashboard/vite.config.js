import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const GATEWAY = process.env.INVOICE_GRAPH_URL ?? "http://127.0.0.1:8000";

// The gateway checks Host and Origin, so both are rewritten to what it is called.
const proxy = { "/graphql": { target: GATEWAY, changeOrigin: true, rewriteWsOrigin: true, ws: true } };

export default defineConfig({
  build: { modulePreload: { polyfill: false }, reportCompressedSize: false },
  plugins: [react()],
  preview: { host: "127.0.0.1", proxy },
  server: { host: "127.0.0.1", proxy },
});
