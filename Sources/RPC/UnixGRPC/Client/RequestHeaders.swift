import Synchronization

/// Builds request headers, in a fixed order so that HPACK can send references (RFC 7541).
///
/// Caches headers without custom metadata, because they are the same for every call.
final class RequestHeaders: Sendable {
  private struct Key: Hashable {
    let method: MethodName
    let timeout: Duration?
    let compressesRequests: Bool
  }

  /// Maximum cached entries. Callers use few methods and timeouts; varying timeouts must not fill memory.
  private static let maximumCached = 256

  // Not the socket path: servers reject an authority with percent-encoding (grpc/grpc#38142).
  private static let beforePath = HeaderList([":method": "POST", ":scheme": "http", ":authority": "localhost"])
  private static let afterPath = HeaderList([
    "te": "trailers", "content-type": "application/grpc", "user-agent": "grpc-swift-unixgrpc/1.0",
    "grpc-accept-encoding": "identity,gzip",
  ])

  private let cached = Mutex<[Key: HeaderList]>([:])

  func headers(
    _ method: MethodName,
    options: CallOptions,
    timeout: Duration?
  ) throws(GRPCStatus) -> HeaderList {
    guard options.metadata.isEmpty else {
      var headers = Self.make(method, timeout: timeout, compressesRequests: options.compressesRequests)
      do { try headers.append(options.metadata) } catch {
        throw GRPCStatus(code: .invalidArgument, message: "the metadata cannot be sent: \(error)")
      }
      return headers
    }
    let key = Key(method: method, timeout: timeout, compressesRequests: options.compressesRequests)
    return cached.withLock { cached in
      if let headers = cached[key] { return headers }
      let headers = Self.make(method, timeout: timeout, compressesRequests: options.compressesRequests)
      if cached.count < Self.maximumCached { cached[key] = headers }
      return headers
    }
  }

  private static func make(_ method: MethodName, timeout: Duration?, compressesRequests: Bool) -> HeaderList {
    var headers = beforePath
    headers.append(":path", path: method)
    headers.append(contentsOf: afterPath)
    if compressesRequests { headers.append("grpc-encoding", "gzip") }
    if let timeout { headers.append("grpc-timeout", GRPCTimeout(timeout).headerValue) }
    return headers
  }
}
