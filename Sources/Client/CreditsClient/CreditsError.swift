public import UnixGRPC

/// A failed call, which had no effect or whose effect is unknown.
///
/// Check ``reason`` first: it is set whenever the server refused the call. If it is nil, check ``code``: `unavailable` if
/// the server is not running or cannot serve now, `deadlineExceeded` if no response came in time, `cancelled` if the task
/// was cancelled. After those the call may have taken effect: repeat it with the same idempotency key to find out.
///
/// ```swift
/// do {
///   try await credits.wallet.charge("ada", .dollars(3), for: .numberPurchase, idempotencyKey: "number-1")
/// } catch let error as CreditsError where error.reason == .insufficientCredits {
///   print("missing:", error.shortfall?.formatted ?? "")
/// }
/// ```
public struct CreditsError: Error, Sendable, Hashable {
  /// A gRPC status code.
  public typealias Code = GRPCStatus.Code

  public let code: Code
  /// Why the server refused the call; nil if it gave no reason or the call did not reach it.
  public let reason: Reason?
  /// A text for people that says what is wrong and what to do next. It may change between versions.
  public let message: String
  /// Details of the reason, by their keys in the contract. Known keys have typed properties, such as ``available``; keys
  /// that newer servers send are only here.
  public let metadata: [String: String]
  /// The path of the invalid request field, such as `amount.micros`; nil if the error concerns no field.
  public let field: String?
  /// How long the server asks the caller to wait before retrying; nil if it does not say.
  public let retryDelay: Duration?

  /// Creates an error as the server would send it, for tests of code that handles errors.
  public init(
    code: Code,
    reason: Reason? = nil,
    message: String,
    metadata: [String: String] = [:],
    field: String? = nil,
    retryDelay: Duration? = nil
  ) {
    self.code = code
    self.reason = reason
    self.message = message
    self.metadata = metadata
    self.field = field
    self.retryDelay = retryDelay
  }
}

extension CreditsError: CustomStringConvertible {
  /// The message, or the code's name if the message is empty.
  public var description: String { message.isEmpty ? code.name : message }
}
