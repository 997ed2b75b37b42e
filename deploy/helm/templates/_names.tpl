{{- define "hub.name" -}}
{{ .Release.Name }}-node-{{ .Values.node }}
{{- end -}}
{{- define "hub.port" -}}
40{{ .Values.node }}
{{- end -}}
{{- define "hub.selector" -}}
app.kubernetes.io/name: delta-hub
app.kubernetes.io/instance: {{ .Release.Name }}
delta-hub.cn/node: {{ .Values.node | quote }}
{{- end -}}
{{- define "hub.labels" -}}
{{ include "hub.selector" . }}
app.kubernetes.io/version: {{ .Values.image.tag | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end -}}
