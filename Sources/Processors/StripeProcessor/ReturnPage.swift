/// The operator's web page to which cardholders return after authenticating a charge.
///
/// If Stripe gives no address for the authentication, cardholders are sent to this page, which then lets Stripe.js handle
/// the intent's next action.
package struct ReturnPage: Sendable {
  /// Thrown for an address that cannot be a return page.
  package struct InvalidAddress: Error, CustomStringConvertible {
    package let description = "the return page is not https://…, or http://localhost, without a # in it"
  }

  private let address: String

  /// Accepts https, and http only for this machine. The address must have at most 1024 bytes and no fragment.
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
