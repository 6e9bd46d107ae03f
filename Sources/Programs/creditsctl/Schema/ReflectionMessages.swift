import ProtobufWire
import UnixGRPC

// The field numbers are those of grpc/reflection/v1/reflection.proto, and the same in v1alpha.

/// A request to a reflection service.
enum ReflectionQuestion: Hashable {
  case fileByName(String)
  case fileContainingSymbol(String)
  case listServices

  var serialized: [UInt8] {
    var writer = WireWriter()
    switch self {
    case .fileByName(let name): writer.write(3, string: name)
    case .fileContainingSymbol(let name): writer.write(4, string: name)
    case .listServices: writer.write(7, string: "*")
    }
    return writer.bytes
  }
}

/// A response of a reflection service.
enum ReflectionAnswer {
  /// Serialized `FileDescriptorProto`s, including the requested one.
  case files([[UInt8]])
  case services([String])
  case error(GRPCStatus)

  init(serialized bytes: [UInt8]) throws(WireError) {
    var files: [[UInt8]] = []
    var services: [String] = []
    var isServices = false
    var reader = WireReader(bytes)
    while let field = try reader.next() {
      guard let content = field.bytes else { continue }
      switch field.number {
      case 4:
        var response = WireReader(content)
        while let file = try response.next() {
          if file.number == 1, let bytes = file.bytes { files.append(Array(bytes)) }
        }
      case 6:
        isServices = true
        var response = WireReader(content)
        while let service = try response.next() {
          guard service.number == 1, let serviceBytes = service.bytes else { continue }
          var reader = WireReader(serviceBytes)
          while let field = try reader.next() {
            if field.number == 1, let name = field.string { services.append(name) }
          }
        }
      case 7:
        self = .error(try Self.status(content))
        return
      default: break
      }
    }
    self = isServices ? .services(services) : .files(files)
  }

  private static func status(_ bytes: ArraySlice<UInt8>) throws(WireError) -> GRPCStatus {
    var status = GRPCStatus(code: .unknown, message: "")
    var reader = WireReader(bytes)
    while let field = try reader.next() {
      if field.number == 1, let code = field.varint {
        status.code = GRPCStatus.Code(rawValue: Int(Int32(truncatingIfNeeded: code)))
      }
      if field.number == 2, let message = field.string { status.message = message }
    }
    return status
  }
}
