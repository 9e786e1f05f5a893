/** A management call of the whole domain, at an address of its own. */
import { DomainRecord } from "./record";

export default DomainRecord;
