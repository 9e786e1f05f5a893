/** What is asked about access keys. */
import { api, ask } from "../../api/client";

export function askKeys(user: string) {
  return ask(api.GET("/v3.0/OS-CREDENTIAL/credentials", { params: { query: { user_id: user } } }));
}
