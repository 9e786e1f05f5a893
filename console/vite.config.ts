/// <reference types="vitest/config" />
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

/** Where `npm run dev` finds a server; `make demo` listens here. */
const server = process.env.ADYTON_CONTROL_URL ?? "http://127.0.0.1:8081";

/** The component library brings its words in thirty languages; the console speaks two. */
function onlyOurLanguages(): Plugin {
  return {
    name: "only-our-languages",
    enforce: "pre",
    load(id) {
      const language = /\/intl\/(?:[\w-]+\/)?([a-z]{2}-[A-Z]{2})\.m?js$/.exec(id)?.[1];
      return language && language !== "en-US" && language !== "zh-CN" ? "export default {};" : null;
    },
  };
}

/** Whichever style sheet comes first says in which order the layers count. */
function layersInOrder(): Plugin {
  return {
    name: "layers-in-order",
    enforce: "pre",
    transform(code, id) {
      return id.endsWith(".css") && id.includes("/src/") ? `@layer tokens, base, components;\n${code}` : null;
    },
  };
}

export default defineConfig({
  base: "/console/",
  plugins: [onlyOurLanguages(), layersInOrder(), react()],
  build: {
    target: "es2022",
    cssTarget: ["chrome123", "firefox120", "safari17.5"],
    assetsInlineLimit: 0,
    manifest: true,
    modulePreload: { polyfill: false },
  },
  server: {
    port: 5173,
    // A test reads the API's document, which lies outside of the console.
    fs: { allow: [".."] },
    proxy: {
      "^/(adyton|v1|v2|v3|v3\\.0)(/|$)": { target: server, changeOrigin: true, headers: { origin: server } },
    },
  },
  test: { environment: "happy-dom", include: ["src/**/*.test.{ts,tsx}"], setupFiles: ["src/test/setup.ts"] },
});
