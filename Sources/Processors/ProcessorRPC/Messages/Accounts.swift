import Ledger
import ProcessorAPI
import UnixGRPC

extension ProcessorAccount {
  init(_ message: DescribeAccountResponse) throws(FieldError) {
    self.init(id: try FieldError.text(message.accountID, "account_id"), isLive: message.liveMode)
  }

  var message: DescribeAccountResponse { DescribeAccountResponse(accountID: id, liveMode: isLive) }
}

/// The metadata in which a call says which account it is for.
enum AccountMetadata {
  static let key = "credits-account-bin"

  static func metadata(naming account: ProcessorAccount) -> Metadata {
    var metadata = Metadata()
    // Fails only for an id that the ledger cannot hold. The empty value then names no account, so that calls are refused.
    metadata.add(key, binary: (try? account.message.serializedBytes()) ?? [])
    return metadata
  }

  /// Returns nil if the caller names no account.
  ///
  /// - Throws: `FieldError` if the value is not an account.
  static func account(in metadata: Metadata) throws(FieldError) -> ProcessorAccount? {
    guard let bytes = metadata[binary: key] else { return nil }
    guard let message = try? DescribeAccountResponse(serializedBytes: bytes) else {
      throw FieldError(field: key, description: "must be a DescribeAccountResponse")
    }
    return try ProcessorAccount(message)
  }
}
