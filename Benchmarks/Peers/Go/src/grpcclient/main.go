// An echo client on grpc-go: one connection, one goroutine per call in flight.
package main

import (
	"bytes"
	"context"
	"errors"
	"log"

	"echogrpc"
	"window"

	"google.golang.org/grpc"
)

func main() {
	arguments := window.ParseArguments()
	connection, err := grpc.Dial("unix:"+arguments.Socket, grpc.WithInsecure(), grpc.WithBlock())
	if err != nil {
		log.Fatal(err)
	}
	client := echogrpc.NewEchoServiceClient(connection)
	payload := bytes.Repeat([]byte{'x'}, 62)
	window.Run(arguments, func() error {
		reply, err := client.Echo(context.Background(), &echogrpc.EchoMessage{Payload: payload})
		if err == nil && len(reply.Payload) != len(payload) {
			err = errors.New("the reply is not what was sent")
		}
		return err
	})
}
