/// A page of one's own to which cardholders come back when they have agreed to a charge.
///
/// Where Stripe gives no address to agree at, it is also where they go: such a page lets Stripe.js handle the intent's
/// next action.
package struct ReturnPage: Sendable {
  package struct InvalidAddress: Error, CustomStringConvertible {
    package let description = "the return page is not https://…, or http://localhost, without a # in it"
  }

  private let address: String

  package init(_ address: String) throws(InvalidAddress) {
    let isLocal = ["http://localhost/", "http://localhost:", "http://127.0.0.1"].contains { address.hasPrefix($0) }
    guard address.hasPrefix("https://") || isLocal, !address.contains("#"), address.utf8.count <= 1024 else {
      throw InvalidAddress()
    }
    self.address = address
  }

  func address(of intentID: String) -> String {
    address + (address.contains("?") ? "&" : "?") + "payment_intent=" + intentID
  }
}
