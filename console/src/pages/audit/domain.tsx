/** The audit trail of the whole domain, at an address of its own. */
import { DomainAudit } from "./audit";

export default DomainAudit;
