import ProtobufWire

// The messages of grpc/health/v1/health.proto.

enum HealthCheckRequest {
  /// Decodes the `service` of a serialized request.
  static func service(serialized bytes: [UInt8]) throws(GRPCStatus) -> String {
    var service = ""
    do throws(WireError) {
      var reader = WireReader(bytes)
      while let field = try reader.next() {
        if field.number == 1 { service = field.string ?? service }
      }
    } catch {
      // The gRPC status code document requires INTERNAL from a server that cannot parse a request.
      throw GRPCStatus(code: .internal, message: "the health request is not a valid protocol buffer message")
    }
    return service
  }
}

enum HealthCheckResponse {
  static func serialize(_ status: HealthRegistry.ServingStatus) -> [UInt8] {
    var writer = WireWriter()
    if status != .unknown { writer.write(1, varint: UInt64(status.rawValue)) }
    return writer.bytes
  }
}

enum HealthListResponse {
  /// Serializes a map from service to status, ordered by name.
  static func serialize(_ statuses: [String: HealthRegistry.ServingStatus]) -> [UInt8] {
    var writer = WireWriter()
    for (service, status) in statuses.sorted(by: { $0.key < $1.key }) {
      writer.write(1) { entry in
        entry.write(1, string: service)
        entry.write(2, bytes: HealthCheckResponse.serialize(status))
      }
    }
    return writer.bytes
  }
}
