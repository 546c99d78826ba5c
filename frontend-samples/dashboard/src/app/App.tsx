import { InvoicePage } from "../invoice/InvoicePage";
import { ListPage } from "../list/ListPage";
import { addressOfList, Link, useAddress } from "../shared/router";
import { FailureBanner } from "./FailureBanner";
import { LiveState } from "./LiveState";

const INVOICE = /^\/invoices\/([^/?]+)/;

export function App() {
  const address = useAddress();
  const id = INVOICE.exec(address)?.[1];
  return (
    <>
      <header className="top">
        <Link to={addressOfList()} className="brand">
          <img src="/icon.svg" alt="" width="22" height="22" />
          Invoices
        </Link>
        <LiveState />
      </header>
      <FailureBanner />
      <main>{id ? <InvoicePage key={id} id={decodeURIComponent(id)} /> : <ListPage address={address} />}</main>
    </>
  );
}
