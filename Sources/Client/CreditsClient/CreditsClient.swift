import CreditsAPI
import UnixGRPC

/// The way into Credits for other services of the host: wallets, recharges and cards over one Unix socket.
///
/// Share one client per process. Every call has a deadline, 10 seconds unless told otherwise. A call that finds the
/// server away (UNAVAILABLE) is made again until its deadline, with the same idempotency key, so that it can have its
/// effect only once. Failures are thrown as ``CreditsError``. After any other failure whose outcome is unknown, such as
/// one with the code `deadlineExceeded`, repeat the call yourself with the same key.
public struct CreditsClient: Sendable {
  /// Wallets, and spending from them.
  public let wallet: WalletCalls
  /// Credits set aside for usage to come.
  public let hold: HoldCalls
  /// The ledger as a whole: all wallets, events, proof and copy.
  public let ledger: LedgerCalls
  /// Paying for credits.
  public let recharge: RechargeCalls
  /// The card that recharges are paid with.
  public let paymentMethod: PaymentMethodCalls

  private let client: GRPCClient
  private let streams: OpenStreams

  private init(client: GRPCClient, timeout: Duration) {
    self.client = client
    let caller = Caller(client: client, timeout: timeout)
    streams = caller.streams
    wallet = WalletCalls(caller: caller)
    hold = HoldCalls(caller: caller)
    ledger = LedgerCalls(caller: caller)
    recharge = RechargeCalls(caller: caller)
    paymentMethod = PaymentMethodCalls(caller: caller)
  }

  /// Connects to `creditsd`.
  ///
  /// - Parameters:
  ///   - socketPath: Where `creditsd` listens, at most 107 bytes.
  ///   - timeout: For each call, retries included, unless the call is given its own.
  ///   - waitsForServer: Keeps trying until `timeout`, for a server that is still starting.
  /// - Throws: ``CreditsError`` with the code `unavailable` when nobody listens there, or not for this user.
  public static func connect(
    socketPath: String,
    timeout: Duration = .seconds(10),
    waitsForServer: Bool = false
  ) async throws -> CreditsClient {
    let client = GRPCClient(socketPath: socketPath)
    do { try await client.connect(timeout: timeout, waitsForReady: waitsForServer) } catch { throw CreditsError(error) }
    return CreditsClient(client: client, timeout: timeout)
  }

  /// Ends watches with the code `cancelled`, lets other calls under way end, and disconnects.
  public func close() async {
    streams.close()
    await client.close()
  }
}
