// Streams a folder of images through extraction and perturbation and says how far each feature moved.
//
//	attack-folder FOLDER MODEL FEATURES PERTURBATION, the last two as host:port
package main

import (
	"context"
	"encoding/binary"
	"fmt"
	"io/ioutil"
	"log"
	"math"
	"os"
	"path/filepath"

	"google.golang.org/grpc"

	features "uaagan/features/v1"
	perturbation "uaagan/perturbation/v1"
)

// An image file, or an adversarial one.
type picture struct {
	id   string
	file []byte
	linf uint32
}

func main() {
	log.SetFlags(0)
	if len(os.Args) != 5 {
		log.Fatal("usage: attack-folder FOLDER MODEL FEATURES PERTURBATION, the last two as host:port")
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	folder, model := os.Args[1], os.Args[2]
	extraction := features.NewFeatureExtractionServiceClient(dial(os.Args[3]))
	attack := perturbation.NewPerturbationServiceClient(dial(os.Args[4]))

	images, err := read(folder)
	check(err)
	clean, err := extract(ctx, extraction, model, images)
	check(err)
	twins, err := perturb(ctx, attack, model, images)
	check(err)
	adversarial, err := extract(ctx, extraction, model, twins)
	check(err)
	for i, twin := range twins {
		fmt.Printf("%s linf %d cosine %.4f\n", twin.id, twin.linf, dot(clean[i], adversarial[i]))
	}
}

// A channel to every replica that the name has: dns:///name:port.
func dial(target string) *grpc.ClientConn {
	connection, err := grpc.Dial("dns:///"+target, grpc.WithInsecure(), grpc.WithDefaultServiceConfig(`{"loadBalancingConfig":[{"round_robin":{}}]}`))
	check(err)
	return connection
}

func read(folder string) ([]picture, error) {
	var found []picture
	err := filepath.Walk(folder, func(path string, info os.FileInfo, err error) error {
		if err != nil || info.IsDir() {
			return err
		}
		file, err := ioutil.ReadFile(path)
		if err != nil {
			return err
		}
		id, err := filepath.Rel(folder, path)
		found = append(found, picture{id: filepath.ToSlash(id), file: file})
		return err
	})
	return found, err
}

func dot(a, b []float32) float64 {
	var sum float64
	for d := range a {
		sum += float64(a[d]) * float64(b[d])
	}
	return sum
}

func vector(data []byte) []float32 {
	values := make([]float32, len(data)/4)
	for d := range values {
		values[d] = math.Float32frombits(binary.LittleEndian.Uint32(data[4*d:]))
	}
	return values
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
