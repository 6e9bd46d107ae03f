import CProtobufDescriptors

/// An enum type.
package struct EnumDescriptor: Sendable, Hashable {
  package struct Value: Sendable, Hashable {
    package var name: String
    package var number: Int32
    package var options: DescriptorOptions
    package var comments: SourceComments
  }

  package var name: String
  /// The name with package and enclosing messages, `credits.v1.Wallet.State`.
  package var fullName: String
  /// In the order of the proto file. Two values share a number when the enum allows aliases.
  package var values: [Value]
  package var options: DescriptorOptions
  package var comments: SourceComments

  init(
    copying source: UnsafePointer<Google__Protobuf__EnumDescriptorProto>,
    _ context: ReadingContext,
    scope: String,
    path: [Int32]
  ) {
    let type = source.pointee
    name = text(type.name)
    fullName = context.fullName(name, in: scope)
    values = list(type.n_value, type.value).enumerated().map { index, value in
      Value(
        name: text(value.pointee.name),
        number: value.pointee.number,
        options: DescriptorOptions(value.pointee.options),
        comments: context.comments(at: path + [2, Int32(index)])
      )
    }
    options = DescriptorOptions(type.options)
    comments = context.comments(at: path)
  }
}
