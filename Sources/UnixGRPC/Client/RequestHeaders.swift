/// The headers of a request, in the order that every call repeats so that HPACK sends references (RFC 7541).
enum RequestHeaders {
  // A socket path is no authority: servers refuse one with percent-encoding in it (grpc/grpc#38142).
  private static let beforePath = HeaderList([":method": "POST", ":scheme": "http", ":authority": "localhost"])
  private static let afterPath = HeaderList([
    "te": "trailers", "content-type": "application/grpc", "user-agent": "grpc-swift-unixgrpc/1.0",
    "grpc-accept-encoding": "identity,gzip",
  ])

  static func make(_ method: MethodName, options: CallOptions, timeout: Duration?) throws(GRPCStatus) -> HeaderList {
    var headers = beforePath
    headers.append(":path", path: method)
    headers.append(contentsOf: afterPath)
    if options.compressesRequests { headers.append("grpc-encoding", "gzip") }
    if let timeout { headers.append("grpc-timeout", GRPCTimeout(timeout).headerValue) }
    do { try headers.append(options.metadata) } catch {
      throw GRPCStatus(code: .invalidArgument, message: "the metadata cannot be sent: \(error)")
    }
    return headers
  }
}
