import "./style/base.css";
import "./style/tokens.css";
import "./theme/theme";
import { QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Router } from "wouter";
import { newQueryClient } from "./api/query";
import { App } from "./app";
import { LanguageProvider } from "./language/language";
import { SessionProvider } from "./session/session";

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no #root");
createRoot(root).render(
  <StrictMode>
    <Router base="/console">
      <LanguageProvider>
        <QueryClientProvider client={newQueryClient()}>
          <SessionProvider>
            <App />
          </SessionProvider>
        </QueryClientProvider>
      </LanguageProvider>
    </Router>
  </StrictMode>,
);
